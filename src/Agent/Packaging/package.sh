# The package verb of ./hostatlas; sourced. Debian packages of the agent for amd64 and arm64, each with one self-contained program. Debian's
# own dpkg-deb makes them; nothing has to be installed for it.

# What a host gets is smaller than what the tests run: of the runtime only what the agent reaches is kept, and an idle agent is 20 MiB
# smaller for it. Code of the libraries is not trimmed, only the runtime's. What is compiled ahead stands in the project (HostPackage).
publish_agent() { # RID FOLDER
  need_dotnet
  # A folder of its own for all that is made on the way: the checkout's own build stays as it is.
  dotnet publish src/Agent -c Release -r "$1" --self-contained --artifacts-path "$root/var/package/$1" -o "$2" -v q -nologo \
    -p:HostPackage=true -p:PublishSingleFile=true -p:PublishTrimmed=true -p:TrimMode=partial -p:SuppressTrimAnalysisWarnings=true \
    -p:DebugType=none -p:RunAnalyzers=false >"$root/var/package/$1.log" 2>&1 \
    || { cat "$root/var/package/$1.log" >&2; fail "the agent cannot be published for $1"; }
}

write_by_agent() { # FILE ARGUMENTS
  install -D -m 0644 /dev/null "$1"
  dotnet "$agent" "${@:2}" >"$1"
}

# Puts a program and what stands around it into a package. The same input makes the same bytes.
build_deb() { # ARCHITECTURE VERSION PROGRAM OUTPUT
  local tree from=src/Agent/Packaging
  tree=$(mktemp -d)
  install -D -m 0755 "$3" "$tree/usr/bin/hostatlas-agent"
  install -D -m 0644 "$from/hostatlas-agent.service" "$tree/usr/lib/systemd/system/hostatlas-agent.service"
  install -D -m 0644 "$from/agent.toml.5" "$tree/usr/share/man/man5/agent.toml.5"
  # Written by the agent itself, so that they know its verbs; by this checkout's build, because PROGRAM may be another processor's.
  write_by_agent "$tree/usr/share/man/man8/hostatlas-agent.8" manual
  write_by_agent "$tree/usr/share/bash-completion/completions/hostatlas-agent" completion bash
  write_by_agent "$tree/usr/share/zsh/vendor-completions/_hostatlas-agent" completion zsh
  write_by_agent "$tree/usr/share/fish/vendor_completions.d/hostatlas-agent.fish" completion fish
  install -D -m 0644 "$from/copyright" "$tree/usr/share/doc/hostatlas-agent/copyright"
  # Self-contained means that the runtime brings its zlib along.
  install -D -m 0644 /dev/null "$tree/usr/share/lintian/overrides/hostatlas-agent"
  echo "hostatlas-agent: embedded-library zlib *" >"$tree/usr/share/lintian/overrides/hostatlas-agent"
  install -D -m 0644 CHANGELOG.md "$tree/usr/share/doc/hostatlas-agent/NEWS"
  printf 'hostatlas-agent (%s) stable; urgency=medium\n\n  * See NEWS.gz.\n\n -- HostAtlas contributors <hostatlas@example.net>  %s\n' \
    "$2" "$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" '+%a, %d %b %Y %H:%M:%S +0000')" \
    >"$tree/usr/share/doc/hostatlas-agent/changelog"
  gzip -9n "$tree"/usr/share/man/man*/* "$tree/usr/share/doc/hostatlas-agent/NEWS" "$tree/usr/share/doc/hostatlas-agent/changelog"

  mkdir -p "$tree/DEBIAN"
  install -m 0755 "$from/postinst" "$from/prerm" "$from/postrm" "$tree/DEBIAN/"
  # No conffiles: agent.toml is made by `enroll` and is the owner's alone, so dpkg never asks about it.
  cat >"$tree/DEBIAN/control" <<TEXT
Package: hostatlas-agent
Version: $2
Architecture: $1
Maintainer: HostAtlas contributors <hostatlas@example.net>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: libc6 (>= 2.27), libgcc-s1, libstdc++6, libzstd1, libssl3t64 | libssl3 | libssl1.1
Pre-Depends: init-system-helpers (>= 1.54~)
Recommends: ca-certificates
Section: admin
Priority: optional
Homepage: https://hostatlas.example.net
Description: watches this host for HostAtlas and backs it up
 Sends what the host's kernel tells of processors, memory, disks and network to
 a HostAtlas platform, and keeps backups there that the platform cannot read.
 .
 It calls out to one address over TLS 1.3 and listens on nothing. Secrets are
 taken out of what it sends before it is written down.
TEXT
  mkdir -p "$(dirname "$4")"
  dpkg-deb --root-owner-group -Zxz --build "$tree" "$4" >/dev/null
  rm -rf "$tree"
}

package() {
  local out="$root/var/package" only="" version pair rid arch
  version=$(sed -nE 's|.*<Version>(.*)</Version>.*|\1|p' Directory.Build.props)
  while [ $# -gt 0 ]; do
    case $1 in
      --version) version=${2:?--version needs a value}; shift 2 ;;
      --only) only=${2:?--only needs amd64 or arm64}; shift 2 ;;
      *) echo "hostatlas package: unknown option $1" >&2; exit 2 ;;
    esac
  done
  command -v dpkg-deb >/dev/null || fail "dpkg-deb is not installed; it comes with every Debian and Ubuntu (package dpkg)"
  mkdir -p "$out"
  build src/Agent
  for pair in linux-x64:amd64 linux-arm64:arm64; do
    rid=${pair%:*} arch=${pair#*:}
    [ -z "$only" ] || [ "$only" = "$arch" ] || continue
    publish_agent "$rid" "$out/program-$arch"
    build_deb "$arch" "$version" "$out/program-$arch/HostAtlas.Agent" "$out/hostatlas-agent_${version}_$arch.deb"
    echo "$out/hostatlas-agent_${version}_$arch.deb"
  done
}
