"""`s3gw fsck`: whether the metadata, the packs and the keys fit together, and mending what does not."""
