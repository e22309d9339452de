# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Every type of the model under one name."""

from s3gw.protocol.generated.inputs import *
from s3gw.protocol.generated.outputs import *
from s3gw.protocol.generated.structures import *
