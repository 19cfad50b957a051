#!/usr/bin/env bash
# A real PostgreSQL for tests and trials: own data folder, own port, loopback only, TLS with a certificate of its own.
#   pg.sh start DIR [PORT]     makes DIR when absent; prints the connection string
#   pg.sh stop DIR             stops it; the data stays
#   pg.sh kill DIR             kill -9 of the whole server, for tests of what survives
#   pg.sh drop DIR             stops it and deletes DIR
set -euo pipefail
verb=${1:-}; dir=${2:-}; port=${3:-54329}
[ -n "$verb" ] && [ -n "$dir" ] || { sed -n '2,6p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
mkdir -p "$(dirname "$dir")"; dir=$(realpath -m "$dir")

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ]; then
  echo "Installing PostgreSQL (Debian package postgresql) ..." >&2
  apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
fi

# PostgreSQL refuses to run as root; everybody else runs it as himself.
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

case $verb in
  start)
    if [ ! -e "$dir/PG_VERSION" ]; then
      mkdir -p "$dir"; chmod 700 "$dir"
      if [ "$(id -u)" = 0 ]; then chown postgres: "$dir"; fi
      as "$bin/initdb" -D "$dir" -U hostatlas --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 >"$dir.log" 2>&1 \
        || { cat "$dir.log" >&2; exit 1; }
      as openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/server.crt" 2>>"$dir.log"
      as chmod 600 "$dir/server.key"
      as tee -a "$dir/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
ssl = on
ssl_min_protocol_version = 'TLSv1.3'
password_encryption = 'scram-sha-256'
max_connections = 60
CONF
      as tee "$dir/pg_hba.conf" >/dev/null <<HBA
local   all all              trust
hostssl all all 127.0.0.1/32 scram-sha-256
HBA
    fi
    as "$bin/pg_ctl" -D "$dir" -o "-p $port" -l "$dir/server.log" -w -s start
    as "$bin/psql" -h "$dir" -p "$port" -U hostatlas -d postgres -qAt -c "select 1 from pg_database where datname = 'hostatlas'" | grep -q 1 \
      || { as "$bin/createdb" -h "$dir" -p "$port" -U hostatlas hostatlas
           as "$bin/psql" -h "$dir" -p "$port" -U hostatlas -d hostatlas -qc "alter role hostatlas password 'trial-only'"; }
    echo "Host=127.0.0.1;Port=$port;Database=hostatlas;Username=hostatlas;Password=trial-only;SSL Mode=VerifyFull;Root Certificate=$dir/server.crt" ;;
  stop) as "$bin/pg_ctl" -D "$dir" -m fast -w -s stop ;;
  kill) kill -9 -- "$(head -1 "$dir/postmaster.pid")"; rm -f "$dir/postmaster.pid" ;;
  drop) as "$bin/pg_ctl" -D "$dir" -m immediate -w -s stop 2>/dev/null || true; rm -rf "$dir" "$dir.log" ;;
  *) echo "pg.sh: unknown verb '$verb' (start, stop, kill, drop)" >&2; exit 2 ;;
esac
