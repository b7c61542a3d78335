#!/usr/bin/env bash
# Regenerates the committed protobuf and gRPC code from the .proto files beside it.
#
# usage: dev/generate-protos.sh [--check]
#   --check  changes nothing and fails when the committed code differs from what would be generated
#
# Needs protoc (Debian: protobuf-compiler). The two Swift plugins are built from the versions that
# Package.swift resolves.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
protos=$root/Sources/Wire/Generated
journal=$root/Sources/Coordinator/Shell/Generated
swift=${SWIFT:-swift}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# As the Makefile does, and for its reason.
export SWIFT_DETERMINISTIC_HASHING=1
for product in protoc-gen-swift protoc-gen-grpc-swift-2; do
    $swift build --package-path "$root" --product "$product"
done
plugins=$($swift build --package-path "$root" --show-bin-path)

mkdir -p "$scratch/messages" "$scratch/services" "$scratch/journal"
cat >"$scratch/modules.txt" <<'MODULES'
mapping { module_name: "Wire" proto_file_path: "work.proto" proto_file_path: "api.proto" }
MODULES
(
    cd "$protos"
    protoc --plugin="$plugins/protoc-gen-swift" -I . \
        --swift_opt=Visibility=Package,UseAccessLevelOnImports=true \
        --swift_out="$scratch/messages" work.proto link.proto runner.proto api.proto health.proto
    protoc --plugin="$plugins/protoc-gen-grpc-swift-2" -I . \
        --grpc-swift-2_opt=Visibility=Package,UseAccessLevelOnImports=true,ExtraModuleImports=Wire \
        --grpc-swift-2_out="$scratch/services" api.proto health.proto
    protoc --plugin="$plugins/protoc-gen-swift" -I "$journal" -I . \
        --swift_opt=Visibility=Internal,UseAccessLevelOnImports=true \
        --swift_opt=ProtoPathModuleMappings="$scratch/modules.txt" \
        --swift_out="$scratch/journal" journal.proto
)

if [ "${1:-}" = --check ]; then
    for file in "$scratch"/messages/*.swift; do diff -u "$protos/$(basename "$file")" "$file"; done
    for file in "$scratch"/services/*.swift; do
        diff -u "$root/Sources/Transport/Generated/$(basename "$file")" "$file"
    done
    diff -u "$journal/journal.pb.swift" "$scratch/journal/journal.pb.swift"
else
    mkdir -p "$root/Sources/Transport/Generated"
    cp "$scratch"/messages/*.swift "$protos/"
    cp "$scratch"/services/*.swift "$root/Sources/Transport/Generated/"
    cp "$scratch"/journal/*.swift "$journal/"
fi
