#!/usr/bin/env bash
# Finds or fetches podmend for the step behind this one, and prints its path as the output "program":
# the one that the input names; that of the tool cache; the release that action/version names, checked
# against action/checksums.txt; or, where the action is used from a branch, one built from its own folder.
# Works with bash 3.2 (macOS) and Git Bash (Windows). It gets no token, and needs none.
set -euo pipefail
unset GITHUB_TOKEN GH_TOKEN # that a job may have set for all of its steps

action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=

fail() { # ends the step with a sentence that GitHub shows beside the run
	local text="podmend: $*"
	text=${text//\%/%25}
	text=${text//$'\r'/%0D}
	text=${text//$'\n'/%0A}
	printf '::error::%s\n' "$text" >&2
	exit 4
}

cleanup() { [ -z "$scratch" ] || rm -rf "$scratch"; }
trap cleanup EXIT

found() { # gives the program to the next step
	local program=$1
	# Windows' own programs read D:/a/b, and not /d/a/b.
	if command -v cygpath >/dev/null; then program=$(cygpath -m "$program"); fi
	if [ -n "${GITHUB_OUTPUT:-}" ]; then
		printf 'program=%s\n' "$program" >>"$GITHUB_OUTPUT"
	fi
	echo "podmend: $program"
	exit 0
}

system() {
	case "${RUNNER_OS:-$(uname -s)}" in
	Linux) echo linux ;;
	macOS | Darwin) echo darwin ;;
	Windows | MINGW* | MSYS* | CYGWIN*) echo windows ;;
	*) echo "${RUNNER_OS:-$(uname -s)}" ;;
	esac
}

architecture() {
	case "${RUNNER_ARCH:-$(uname -m)}" in
	X64 | x86_64 | amd64) echo amd64 ;;
	ARM64 | arm64 | aarch64) echo arm64 ;;
	*) echo "${RUNNER_ARCH:-$(uname -m)}" ;;
	esac
}

sum_of() {
	if command -v sha256sum >/dev/null; then
		sha256sum <"$1"
	elif command -v shasum >/dev/null; then
		shasum -a 256 <"$1"
	else
		fail "neither sha256sum nor shasum is on this runner, so the release cannot be checked. Install one, or give the input program."
	fi | cut -d ' ' -f 1
}

writable() { mkdir -p "$1" 2>/dev/null && [ -w "$1" ]; }

named_program() {
	local path
	if command -v cygpath >/dev/null; then PODMEND_PROGRAM=$(cygpath -u "$PODMEND_PROGRAM"); fi
	path=$(command -v -- "$PODMEND_PROGRAM") || fail "the input program names $PODMEND_PROGRAM, and there is no such program. Give the path of one, or leave the input out."
	case "$path" in
	/*) ;;
	*/*) path=$PWD/$path ;;
	*) fail "the input program names $PODMEND_PROGRAM, which is no file. Give the path of one, or leave the input out." ;;
	esac
	found "$path"
}

build_from_source() {
	command -v go >/dev/null || fail "the action is used from a branch, which has no release, so that podmend is built with Go, and Go is not on this runner. Use a release (podmend/podmend@v1), put actions/setup-go before, or give the input program."
	local program=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/podmend-from-source/podmend$1
	echo "podmend: the action is used from a branch, so podmend is built from $action"
	# What the job sets for its own Go code is not for this build.
	(cd "$action" && GOFLAGS='' GOWORK=off GOOS='' GOARCH='' CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$program" ./cmd/podmend) ||
		fail "podmend could not be built; what go said stands above. Use a release (podmend/podmend@v1), or give the input program."
	found "$program"
}

download() { # FILE ADDRESS...
	local file=$1 address schemes
	shift
	command -v curl >/dev/null || fail "curl, which downloads the release, is not on this runner. Install it, or give the input program."
	for address; do
		case "$address" in
		http://*) schemes='=http,https' ;; # a mirror that says so; the sum decides all the same
		*) schemes='=https' ;;
		esac
		echo "podmend: $address"
		if curl --fail --silent --show-error --location --proto "$schemes" --retry 3 --retry-connrefused \
			--connect-timeout 15 --max-time 300 --output "$file" "$address" 2>&1; then
			return
		fi
	done
	fail "the release could not be downloaded from $*; what curl said stands above. Let the runner reach it, name a copy by the input mirror, or a podmend that is there already by the input program."
}

unpack() { # ARCHIVE FOLDER NAME
	case "$1" in
	*.zip)
		# Git Bash's own tar reads no zip; that of Windows does.
		local tar=${SYSTEMROOT:-/nonexistent}/System32/tar.exe
		if [ -x "$tar" ]; then
			(cd "$2" && "$tar" -xf "$(basename "$1")" "$3")
		else
			unzip -q "$1" "$3" -d "$2"
		fi
		;;
	*) tar -xzf "$1" -C "$2" "$3" ;;
	esac
}

released_program() {
	local version=$1 system=$2 architecture=$3 ending=$4
	local archive=podmend_${system}_$architecture.tar.gz
	if [ "$system" = windows ]; then archive=${archive%.tar.gz}.zip; fi
	local want
	want=$(tr -d '\r' <"$action/action/checksums.txt" | sed -n "s/^\([0-9a-f]\{64\}\)[ *]*$archive\$/\1/p")
	[ -n "$want" ] || fail "podmend has no release for $system on $architecture. Build it there with go install github.com/podmend/podmend/cmd/podmend@$version, and give its path by the input program."

	# The same place as of https://github.com/actions/toolkit/tree/main/packages/tool-cache
	local kept=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}} as=$architecture
	kept=$kept/podmend/${version#v}
	if [ "$as" = amd64 ]; then as=x64; fi
	if [ -f "$kept/$as.complete" ] && [ -x "$kept/$as/podmend$ending" ]; then
		found "$kept/$as/podmend$ending"
	fi
	if ! writable "$kept"; then
		echo "::notice::podmend: $kept is not writable, so podmend is downloaded again by each job."
		kept=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/podmend/${version#v}
		mkdir -p "$kept"
	fi

	scratch=$(mktemp -d "$kept/.$as.XXXXXX")
	local file=$scratch/$archive addresses=()
	if [ -n "${PODMEND_MIRROR:-}" ]; then
		addresses=("${PODMEND_MIRROR%/}/$version/$archive")
	else
		# On an Enterprise Server the releases may have been copied there.
		if [ "${GITHUB_SERVER_URL:-https://github.com}" != https://github.com ]; then
			addresses=("${GITHUB_SERVER_URL%/}/podmend/podmend/releases/download/$version/$archive")
		fi
		addresses+=("https://github.com/podmend/podmend/releases/download/$version/$archive")
	fi
	download "$file" "${addresses[@]}"

	local got
	got=$(sum_of "$file")
	[ "$got" = "$want" ] || fail "$archive of $version is not the one that was released: its sha256 is $got, and the action's own tree says $want. It is not run. Try again, and if that is so again, tell us: https://github.com/podmend/podmend/security"
	unpack "$file" "$scratch" "podmend$ending" || fail "$archive could not be unpacked; free some space on the runner, or give the input program."
	chmod +x "$scratch/podmend$ending"
	mkdir -p "$kept/$as"
	# Two jobs at once put the same file there, and each sees a whole one.
	mv -f "$scratch/podmend$ending" "$kept/$as/podmend$ending" || [ -x "$kept/$as/podmend$ending" ]
	: >"$kept/$as.complete"
	found "$kept/$as/podmend$ending"
}

if [ -n "${PODMEND_PROGRAM:-}" ]; then
	named_program
fi
ending=
if [ "$(system)" = windows ]; then ending=.exe; fi
if [ ! -f "$action/action/version" ]; then
	build_from_source "$ending"
fi
released_program "$(tr -d ' \r\n' <"$action/action/version")" "$(system)" "$(architecture)" "$ending"
