# The test verb of ./hostatlas; sourced. The last line is `N passed, N failed, N skipped`.

# Debian packages the tests call: the stranger's client is Python and openssl, nothing else; the platform also runs on a real PostgreSQL and
# keeps its vault on a real S3 server; its pages are looked at with a real browser; the agent reads a real journal, and systemd itself
# judges its unit.
install_what_tests_need() {
  local missing=()
  command -v python3 >/dev/null || missing+=(python3)
  command -v openssl >/dev/null || missing+=(openssl)
  ls -d /usr/lib/postgresql/*/bin >/dev/null 2>&1 || missing+=(postgresql)
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  command -v chromium >/dev/null || missing+=(chromium)
  [ -e /lib/systemd/systemd-journal-remote ] || missing+=(systemd-journal-remote)
  command -v radosgw >/dev/null || missing+=(radosgw ceph-mon ceph-osd ceph-common)
  command -v curl >/dev/null || missing+=(curl)
  [ ${#missing[@]} -eq 0 ] && return
  echo "Installing ${missing[*]} ..."
  [ "$(id -u)" = 0 ] || fail "the tests need ${missing[*]}; install them, or run this as root"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Runs one project; what it prints goes to FOLDER/NAME, and FOLDER/NAME.passed says that all went well.
run_project() {
  if dotnet test "tests/$1.Tests" -c Release --no-build --nologo -v q --logger "console;verbosity=normal" >"$2/$1" 2>&1
  then touch "$2/$1.passed"; fi
}

# Takes one project after another from FOLDER/.queue, which others take from as well.
run_queue() {
  local name
  while name=$(flock "$1/.lock" sh -c 'sed -n 1p "$0"; sed -i 1d "$0"' "$1/.queue") && [ -n "$name" ]; do
    run_project "$name" "$1"
  done
}

run_tests() {
  local names=() long=""
  for argument in "$@"; do
    case $argument in
      --long) long=1 ;;
      -*) echo "hostatlas test: unknown option $argument" >&2; exit 2 ;;
      *) names+=("$argument") ;;
    esac
  done
  [ ${#names[@]} -gt 0 ] || names=(Shared Engine Gateway Agent EndToEnd)
  install_what_tests_need
  if [ -n "${CI:-}" ]; then export HOSTATLAS_LOCKED=true; fi
  if [ -n "$long" ]; then export HOSTATLAS_LONG=1; fi
  # A test starts many short-lived processes; what they would learn about their hot paths costs more than they live to gain.
  export DOTNET_TieredPGO=0
  build

  local passed=0 failed=0 skipped=0 status=0 name logs counts queue=()
  logs=$(mktemp -d)
  for name in "${names[@]}"; do
    [ -d "tests/$name.Tests" ] || { echo "hostatlas test: there is no tests/$name.Tests" >&2; exit 2; }
    # Whole processes that are started, killed and waited for leave the processors idle for most of the time: they begin first, and the
    # others go beside them.
    if [ "$name" = EndToEnd ]; then queue=("$name" "${queue[@]}"); else queue+=("$name"); fi
  done
  printf '%s\n' "${queue[@]}" >"$logs/.queue"
  run_queue "$logs" &
  run_queue "$logs"
  wait
  for name in "${names[@]}"; do
    echo "== $name"
    # A passed test is a line too many; failures, skips with their reason and the counts are what people look for.
    grep -vE '^\s+Passed |^\s*$|^Test run for|^A total of|^VSTest version|^\[xUnit|^Starting test|^Test Run Successful|^Total tests' \
      "$logs/$name" || true
    counts=$(sed -nE 's/^ *(Passed|Failed|Skipped): +([0-9]+).*/\1 \2/p' "$logs/$name")
    [ -e "$logs/$name.passed" ] || status=1
    [ -n "$counts" ] || { status=1; failed=$((failed + 1)); echo "$name closed without a count: its test host died"; }
    passed=$((passed + $(awk '$1 == "Passed" { n += $2 } END { print n + 0 }' <<<"$counts")))
    failed=$((failed + $(awk '$1 == "Failed" { n += $2 } END { print n + 0 }' <<<"$counts")))
    skipped=$((skipped + $(awk '$1 == "Skipped" { n += $2 } END { print n + 0 }' <<<"$counts")))
  done
  # Once more and last, because of a long log people see the end.
  if [ $failed -gt 0 ]; then
    echo "== Failed"
    for name in "${names[@]}"; do sed -nE '/^  Failed /,/^     at |^  Stack Trace:/p' "$logs/$name" | grep -v 'Stack Trace:' || true; done
  fi
  rm -rf "$logs"
  if [ $status -ne 0 ] && [ $failed -eq 0 ]; then failed=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ $failed -eq 0 ]
}
