"""Every input, output and structure of the S3 model, and of the two operations beyond it."""

from s3gw.protocol.beyond import OptionsObjectInput as OptionsObjectInput
from s3gw.protocol.beyond import OptionsObjectOutput as OptionsObjectOutput
from s3gw.protocol.beyond import PostObjectInput as PostObjectInput
from s3gw.protocol.beyond import PostObjectOutput as PostObjectOutput
from s3gw.protocol.generated.inputs import *  # noqa: F403
from s3gw.protocol.generated.outputs import *  # noqa: F403
from s3gw.protocol.generated.structures import *  # noqa: F403
