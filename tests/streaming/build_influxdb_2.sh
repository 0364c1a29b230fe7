#!/bin/sh
# Builds InfluxDB 2.7 from its source into the folder $1: Go, and cargo by rustup for its query language. Takes up to an hour.
# What calls it is `make influxdb`.
set -eu
version=v2.7.12
out=$(cd "$1" && pwd)
for tool in go cargo rustup; do
    command -v "$tool" >/dev/null || { echo "InfluxDB 2.7 is built with $tool, which is not here"; exit 1; }
done
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
GOBIN="$work" go install github.com/influxdata/pkg-config@v0.2.13
# Its go.mod replaces modules, which `go install` refuses: it is built where it lies.
cp -r "$(cd "$work" && go mod download -json "github.com/influxdata/influxdb/v2@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')" "$work/source"
chmod -R u+w "$work/source"
cd "$work/source"
flux=$(go list -m -f '{{.Dir}}' github.com/influxdata/flux)
rust=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' "$flux/rust-toolchain.toml")
rustup toolchain install "$rust" --profile minimal
# The wrapper stands in for pkg-config and builds the query language with cargo.
PATH="$work:$PATH" PKG_CONFIG="$work/pkg-config" RUSTUP_TOOLCHAIN="$rust" RUSTFLAGS="--cap-lints warn" \
    go build -o "$out/influxd-2.7" ./cmd/influxd
