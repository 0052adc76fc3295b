#!/bin/sh
# Makes the namespace when it is not there. Runs histories are kept for 7 days after a workflow ends.
set -eu
until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
