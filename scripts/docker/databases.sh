#!/bin/bash
# Runs once, when MySQL's volume is empty: both databases, and an account for each side that can reach no more than it needs.
set -euo pipefail
mysql --user=root --password="$MYSQL_ROOT_PASSWORD" <<SQL
CREATE DATABASE linkwright_app CHARACTER SET utf8mb4;
CREATE DATABASE linkwright_traffic CHARACTER SET utf8mb4;
CREATE USER 'linkwright'@'%' IDENTIFIED BY '$LINKWRIGHT_DB_PASSWORD';
GRANT ALL PRIVILEGES ON linkwright_app.* TO 'linkwright'@'%';
GRANT ALL PRIVILEGES ON linkwright_traffic.* TO 'linkwright'@'%';
CREATE USER 'temporal'@'%' IDENTIFIED BY '$TEMPORAL_DB_PASSWORD';
GRANT ALL PRIVILEGES ON \`temporal\`.* TO 'temporal'@'%';
GRANT ALL PRIVILEGES ON \`temporal\_visibility\`.* TO 'temporal'@'%';
SQL
