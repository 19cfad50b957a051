#!/usr/bin/env bash
# A real PostgreSQL for tests and trials: own data folder, own port, loopback only, TLS with a certificate of its own. As on a real server the
# platform has a login without rights of its own, made ready by src/Engine/Storage/Postgres/roles.sql.
#   pg.sh start DIR [PORT] [fast]   makes DIR when absent; prints the platform's connection string (fast: no fsync, for tests)
#   pg.sh stop DIR                  stops it; the data stays
#   pg.sh kill DIR                  kill -9 of the whole server, for tests of what survives
#   pg.sh psql DIR [ARGUMENTS]      psql as the server's superuser, on the platform's database
#   pg.sh dump DIR DATABASE FILE    every schema of a database as text, by pg_dump
#   pg.sh guard DIR PID             drops it as soon as the process PID is gone
#   pg.sh drop DIR                  stops it and deletes DIR
set -euo pipefail
verb=${1:-}; dir=${2:-}
[ -n "$verb" ] && [ -n "$dir" ] || { sed -n '4,10p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
mkdir -p "$(dirname "$dir")"; dir=$(realpath -m "$dir")
roles=$(dirname "${BASH_SOURCE[0]}")/../../../src/Engine/Storage/Postgres/roles.sql

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ]; then
  echo "Installing PostgreSQL (Debian package postgresql) ..." >&2
  apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
fi

# PostgreSQL refuses to run as root; everybody else runs it as himself. Its own folder: a caller's may be closed to it.
as() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
port_of() { sed -n 's/^port = //p' "$dir/postgresql.conf" | tail -1; }
superuser() { as "$bin/psql" -X -h "$dir" -p "$(port_of)" -U postgres "$@"; }
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

make() {
  local port=$1 fast=$2
  mkdir -p "$dir"; chmod 700 "$dir"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$dir"; fi
  as "$bin/initdb" -D "$dir" -U postgres --no-sync --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 >"$dir.log" 2>&1 \
    || { cat "$dir.log" >&2; exit 1; }
  as openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/server.crt" 2>>"$dir.log"
  as chmod 600 "$dir/server.key"
  as tee -a "$dir/postgresql.conf" >/dev/null <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
ssl = on
ssl_min_protocol_version = 'TLSv1.3'
password_encryption = 'scram-sha-256'
max_connections = 200
CONF
  if [ -n "$fast" ]; then printf 'fsync = off\nfull_page_writes = off\n' | as tee -a "$dir/postgresql.conf" >/dev/null; fi
  as tee "$dir/pg_hba.conf" >/dev/null <<HBA
local   all all              trust
hostssl all all 127.0.0.1/32 scram-sha-256
HBA
}

case $verb in
  start)
    port=${3:-}; fast=${4:-}
    if [ -z "$port" ]; then
      port=54329
      while ! is_free "$port"; do port=$((port + 1)); done
    fi
    if [ ! -e "$dir/PG_VERSION" ]; then make "$port" "$fast"; fi
    as "$bin/pg_ctl" -D "$dir" status >/dev/null || as "$bin/pg_ctl" -D "$dir" -l "$dir/server.log" -w -s start || { tail -5 "$dir/server.log" >&2; exit 1; }
    if ! superuser -d postgres -qAt -c "select 1 from pg_database where datname = 'hostatlas'" | grep -q 1; then
      superuser -d postgres -q -c "create role hostatlas login password 'trial-only'" -c "create database hostatlas"
      superuser -d hostatlas -q -v ON_ERROR_STOP=1 -v login=hostatlas -v database=hostatlas -f - <"$roles"
    fi
    echo "Host=127.0.0.1;Port=$(port_of);Database=hostatlas;Username=hostatlas;Password=trial-only;SSL Mode=VerifyFull;Root Certificate=$dir/server.crt" ;;
  stop) as "$bin/pg_ctl" -D "$dir" -m fast -w -s stop ;;
  kill)
    pid=$(head -1 "$dir/postmaster.pid")
    # Stopped first, so that it forks no more while its children are listed: one that lives on keeps the next start from its data.
    kill -STOP "$pid"
    children=$(cat "/proc/$pid/task/$pid/children")
    # shellcheck disable=SC2086 # A word a process.
    kill -9 $pid $children
    for process in $pid $children; do
      # A zombie has let everything go; whoever started it may never ask for it.
      while [ -d "/proc/$process" ] && ! grep -q '^State:.Z' "/proc/$process/status" 2>/dev/null; do sleep 0.05; done
    done
    rm -f "$dir/postmaster.pid" "$dir"/.s.PGSQL.* ;;
  psql) superuser -d hostatlas "${@:3}" ;;
  dump) as "$bin/pg_dump" -h "$dir" -p "$(port_of)" -U postgres "$3" >"$4" ;;
  guard)
    # Detached from the caller's terminal and outputs: it outlives whoever asked for it, which is its point.
    setsid bash -c 'while [ -d "/proc/$1" ]; do sleep 1; done; exec bash "$2" drop "$3"' guard "$3" "${BASH_SOURCE[0]}" "$dir" \
      </dev/null >/dev/null 2>&1 & ;;
  drop)
    if [ -e "$dir/postmaster.pid" ]; then as "$bin/pg_ctl" -D "$dir" -m immediate -w -s stop 2>/dev/null || true; fi
    rm -rf "$dir" "$dir.log" ;;
  *) echo "pg.sh: unknown verb '$verb' (start, stop, kill, psql, dump, guard, drop)" >&2; exit 2 ;;
esac
