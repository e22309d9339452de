"""The rules of a bucket's lifecycle: what they apply to and when. Pure; `jobs.lifecycle` carries them out."""
