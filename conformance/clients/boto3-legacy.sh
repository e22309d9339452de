# boto3 1.35, which sends no checksums by default, from an environment of its own.
[ -x "$LEGACY/python" ] || exit 77
"$LEGACY/python" -c 'import boto3; print("boto3", boto3.__version__)'
"$LEGACY/python" "$(dirname "$0")/../../tests/clients/legacy.py" "$BUCKET" "$PWD"
