#!/bin/sh
# Makes Temporal's two databases and brings them to the server's schema; repeating it is harmless. As Temporal's own sample does it:
# https://github.com/temporalio/samples-server/blob/main/compose/scripts/setup-mysql.sh
set -eu
for database in temporal temporal_visibility; do
  tool="temporal-sql-tool --plugin mysql8 --ep mysql --port 3306 --user temporal --db $database"
  $tool create
  # Refused when the tables are there already; the next command tells any real trouble.
  $tool setup-schema -v 0.0 || true
  $tool update-schema -d "/etc/temporal/schema/mysql/v8/${database#temporal_}/versioned"
done
