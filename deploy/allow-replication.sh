#!/bin/sh
# Run by the image of PostgreSQL when it makes its database: lets a standby follow it, with the password.
echo "host replication all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
