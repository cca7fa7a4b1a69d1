#!/usr/bin/env bash
# Makes a release (TRU-28), or proves that one can be made:
#   scripts/release.sh VERSION KEY    dist/: programs for linux/amd64 and arm64, SBOM, digests signed with the Ed25519 key (PEM) in file KEY
#   scripts/release.sh --check        modules verified, no known vulnerability reached; with --check=builds two builds and the SBOM too, which takes minutes
# Each program is built twice, in folders of another name and with an empty build cache; the two must be equal byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
SBOM=v1.10.0 VULN=v1.9.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sources copies what belongs to the project into a folder.
sources() {
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ -e "$file" ] && printf '%s\0' "$file"
  done | tar --null --files-from=- -cf - | tar -xf - -C "$1"
}

# tool gives a program of a Go module, of one version.
tool() {
  local file=.tools/$1-$3
  if [ ! -x "$file" ]; then
    GOBIN=$PWD/.tools go install "$2@$3" >&2
    mv ".tools/$1" "$file"
  fi
  echo "$PWD/$file"
}

# build builds a program from a folder.
build() {
  (cd "$1" && GOFLAGS= GOCACHE=$2 GOOS=linux GOARCH=$3 CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags=-buildid= -o "$4" ./cmd/zhike)
}

vulnerabilities() {
  local db=../shared/vulndb/go-vulndb.tgz check
  if [ ! -f "$db" ]; then
    echo "left out: vulnerabilities: there is no $db"
    return
  fi
  mkdir "$work/vulndb"
  tar -xzf "$db" -C "$work/vulndb"
  check=$(tool govulncheck golang.org/x/vuln/cmd/govulncheck "$VULN")
  "$check" -db "file://$work/vulndb/db" ./...
}

# equal builds a program twice and leaves it in a file.
equal() {
  build "$work/a" "$(go env GOCACHE)" "$1" "$work/first"
  build "$work/another folder" "$work/cache" "$1" "$work/second"
  if ! cmp "$work/first" "$work/second"; then
    echo "two builds for $1 differ"
    exit 1
  fi
  echo "two builds for linux/$1 are equal: $(sha256sum <"$work/first" | cut -c1-64)"
  cp "$work/first" "$2"
}

# sbom lists what a program is made of (CycloneDX), from the program itself.
sbom() {
  local tool
  tool=$(tool cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod "$SBOM")
  "$tool" bin -json -noserial -notimestamp -version "$2" -output "$3" "$1"
  echo "SBOM: $(grep -c '"purl"' "$3") components"
}

if [[ ${1:-} == --check* ]]; then
  go mod verify
  vulnerabilities
  [ "$1" = --check=builds ] || exit 0
  sources "$work/a"
  sources "$work/another folder"
  equal "$(go env GOARCH)" "$work/zhike"
  sbom "$work/zhike" v0.0.0 "$work/sbom.json"
  exit 0
fi

version=${1:-} key=${2:-}
if [ -z "$version" ] || [ ! -f "$key" ]; then
  sed -n '2,4s/^# \{0,1\}//p' "$0"
  exit 2
fi
if [ -n "$(git status --porcelain)" ]; then
  echo "commit first: a release is made of what is committed"
  exit 1
fi
go mod verify
vulnerabilities
sources "$work/a"
sources "$work/another folder"
out=dist/$version
rm -rf "$out"
mkdir -p "$out"
for arch in amd64 arm64; do
  equal "$arch" "$out/zhike-$version-linux-$arch"
done
sbom "$out/zhike-$version-linux-amd64" "$version" "$out/zhike-$version.cdx.json"
(cd "$out" && sha256sum zhike-* >SHA256SUMS)
openssl pkeyutl -sign -rawin -inkey "$key" -in "$out/SHA256SUMS" -out "$out/SHA256SUMS.sig"
openssl pkey -in "$key" -pubout -out "$out/zhike.pub"
openssl pkeyutl -verify -rawin -pubin -inkey "$out/zhike.pub" -in "$out/SHA256SUMS" -sigfile "$out/SHA256SUMS.sig"
(cd "$out" && sha256sum --check SHA256SUMS)
