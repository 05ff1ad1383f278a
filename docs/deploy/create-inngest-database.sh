#!/bin/sh
# Run once, by the Postgres image, when its volume is empty: Inngest keeps its state in a database of its own.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v password="$INNGEST_DB_PASSWORD" <<'SQL'
create role inngest login password :'password';
create database inngest owner inngest;
SQL
