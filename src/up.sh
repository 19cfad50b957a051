# The `up` verb of ./hostatlas; sourced. A platform, a team and an agent for this very machine, all below var/.

up() {
  local url=https://127.0.0.1:8443 once=""
  while [ $# -gt 0 ]; do
    case $1 in
      --url) url=${2:?--url needs a value}; shift 2 ;;
      --once) once=--once; shift ;;
      *) echo "hostatlas up: unknown option $1" >&2; exit 2 ;;
    esac
  done
  local var="$root/var" platform="$root/var/platform" state="$root/var/agent" email=admin@localhost
  local sign_in="$var/sign-in" password="$var/password" config="$var/agent.toml"
  mkdir -p "$var"; chmod 700 "$var"
  exec 8>"$var/up.lock"
  flock -n 8 || fail "another ./hostatlas up runs in this checkout; stop it first (Ctrl-C there)"

  build src/Gateway; build src/Agent

  up_pids=()
  trap up_stop EXIT
  trap 'exit 0' INT TERM
  # A process group of its own: Ctrl-C reaches this script, which then stops both in order.
  setsid dotnet "$gateway" serve --data "$platform" --url "$url" >"$var/platform.log" 2>&1 8>&- &
  up_pids+=($!); local platform_pid=$!
  up_wait "$platform_pid" "$var/platform.log" up_answers "$url" "$platform/ca.pem"

  if [ ! -e "$password" ]; then
    (umask 077; head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$password")
  fi
  if [ ! -e "$sign_in" ]; then
    up_wait "$platform_pid" "$var/platform.log" test -s "$platform/invitation"
    dotnet "$gateway" setup --url "$url" --ca "$platform/ca.pem" --invitation-file "$platform/invitation" --team "My team" \
      --email "$email" --password-file "$password" >/dev/null || fail "the team could not be founded; var/platform.log says more, ./hostatlas clean starts afresh"
    (umask 077; printf 'address   %s\ne-mail    %s\npassword  %s\n' "$url" "$email" "$(cat "$password")" >"$sign_in")
  fi
  if [ ! -e "$state/token" ]; then
    rm -f "$var/server-token"
    dotnet "$gateway" add-server --url "$url" --ca "$platform/ca.pem" --email "$email" --password-file "$password" \
      --name "$(uname -n)" --token-to "$var/server-token" >/dev/null || fail "this machine could not be added; ./hostatlas clean starts afresh"
    dotnet "$agent" enroll --url "$url" --ca "$platform/ca.pem" --token-file "$var/server-token" --config "$config" --state "$state" >"$var/enroll.log" 2>&1 \
      || { cat "$var/enroll.log" >&2; fail "the agent could not enrol"; }
    rm -f "$var/server-token"
  fi
  setsid dotnet "$agent" run --config "$config" --state "$state" >"$var/agent.log" 2>&1 8>&- &
  up_pids+=($!)

  cat <<TEXT

HostAtlas is up.
  dashboard   $url
  sign in as  $email, password in ${password#"$root"/}
  certificate made by the platform's own authority, var/platform/ca.pem: import it, or accept the browser's question
  logs        var/platform.log, var/agent.log
  Ctrl-C stops everything; the data stays in var/. ./hostatlas clean deletes it.

TEXT
  dotnet "$gateway" watch --url "$url" --ca "$platform/ca.pem" --email "$email" --password-file "$password" $once
}

# Whether the platform answers on its address, without needing curl.
up_answers() {
  local host=${1#https://}; host=${host%%/*}
  [ -s "$2" ] && (exec 3<>"/dev/tcp/${host%:*}/${host##*:}") 2>/dev/null
}

# up_wait PID LOG CONDITION...: waits up to 60 s for a condition, or says what the process said when it died.
up_wait() {
  local pid=$1 log=$2; shift 2
  for _ in $(seq 300); do
    if "$@"; then return; fi
    kill -0 "$pid" 2>/dev/null || { cat "$log" >&2; fail "the platform did not start; its words are above"; }
    sleep 0.2
  done
  tail -20 "$log" >&2; fail "the platform was not ready within 60 s; its last words are above"
}

up_stop() {
  local pid
  for pid in $(printf '%s\n' "${up_pids[@]}" | tac); do
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  done
}
