"""Ten successive releases of one package as tar archives: what a backup of versions looks like.

Run as `python -m bench.releases DIR` it downloads them, checks them and unzips them there.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

DIGESTS = {
    "1.34.0": "711b406de910585395466ca649bceeea87a04300ddf74d9a2e20727c7f27f2f1",
    "1.34.1": "0688d095305ba8638745dcdf85daa8aa41c36b27912c41e93447c1ef401b6ca1",
    "1.34.2": "8a9f4ad438ba814b9b7a22b24de3004f8aa232e7ae86e0087aea4d7792dc3a2a",
    "1.34.3": "8e5b32c63db8963af0008e36ceb13c236a46878a3722ffc6dd3be7351fba7163",
    "1.34.4": "5dcd63329cb3e65c533a72a68c99b7d07c99a29936ea07d0998120172c10b4f5",
    "1.34.5": "c339876859bddfc38de9d5409458eaab0ae703da867a3b6474a986bf7db7d967",
    "1.34.6": "bfe587f48e154a3a836f85af165116b7d5dba9b3b746ce0b94e6d2ed1e06c206",
    "1.34.7": "b145a52b7d1fd4e072bcd692369d4cb77f971651bb0dc2bf38e2b4f9d62973e6",
    "1.34.8": "02a4026d713a2af1e33a77abd95ef83115efd3ea7bd01a2cffef35fef89acfe1",
    "1.34.9": "2cf43fa5b5438a95fc466c700f3098228b45df38e311103488554b2334b42ee3",
}
"""SHA-256 of each source archive of botocore, as published."""


def cache() -> Path:
    """Where downloads are kept between runs."""
    return Path(os.environ.get("S3GW_TEST_CACHE") or Path.home() / ".cache" / "s3gw-tests")


def release_tars(folder: Path) -> list[Path]:
    """The ten archives, not compressed, in `folder`; archives are downloaded where the cache lacks them."""
    folder.mkdir(parents=True, exist_ok=True)
    tars = []
    for version in DIGESTS:
        tar = folder / f"botocore-{version}.tar"
        with gzip.open(archive(version)) as packed, tar.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        tars.append(tar)
    return tars


def archive(version: str) -> Path:
    """The archive of one release as published. Raises ValueError where it is another than it was."""
    path = cache() / f"botocore-{version}.tar.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            "botocore",
            f"botocore=={version}",
        ]
        subprocess.run([sys.executable, "-m", *command, "--dest", str(path.parent)], check=True)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != DIGESTS[version]:
        path.unlink()
        raise ValueError(f"{path} is not what was published as botocore {version}: SHA-256 {found}")
    return path


if __name__ == "__main__":
    for made in release_tars(Path(sys.argv[1])):
        print(made)
