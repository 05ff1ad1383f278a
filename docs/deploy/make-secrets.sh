#!/bin/sh
# Writes the variables that compose.yaml wants, with fresh secrets. Keep the output with your backups, and not in them.
set -eu
if [ $# -lt 2 ]; then
  echo "usage: $0 <address people type, as https://mail.example.com> <relay, as smtps://user:password@host>" >&2
  exit 64
fi
hex() { openssl rand -hex "$1"; }
cat <<ENV
APP_URL=$1
SMTP_URL=$2
OWNER_DB_PASSWORD=$(hex 24)
APP_DB_PASSWORD=$(hex 24)
ENGINE_DB_PASSWORD=$(hex 24)
INNGEST_DB_PASSWORD=$(hex 24)
INNGEST_EVENT_KEY=$(hex 24)
INNGEST_SIGNING_KEY=$(hex 32)
SESSION_SECRET=$(openssl rand -base64 32)
TOKEN_SECRET=$(openssl rand -base64 32)
SEALING_KEY=$(openssl rand -base64 32)
METRICS_TOKEN=$(hex 24)
ENV
