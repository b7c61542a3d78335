// swift-tools-version:6.2
import PackageDescription

// MARK: Settings

/// Ours, for every target: warnings are errors, imports say how far they leak.
///
/// Without MemberImportVisibility: docs/decisions/0010-no-member-import-visibility.md.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Numerics are 30 to 100 times slower unoptimised, so that tests of the engine would take hours:
/// it is compiled with optimisation in debug builds too.
let optimised: [SwiftSetting] = settings + [.unsafeFlags(["-O"])]

// MARK: Dependencies (reasons in docs/decisions/0002-dependencies.md)

let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport = Target.Dependency.product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")

func collections(_ name: String) -> Target.Dependency {
    .product(name: name, package: "swift-collections")
}

// MARK: Targets

/// Modules that decide or compute: nothing in them opens, reads, waits, looks at a clock or rolls
/// dice. TidyTests hold them to it.
let pure: [Target] = [
    .target(name: "Privacy", swiftSettings: settings),
    .target(
        name: "Wire", dependencies: [protobuf],
        exclude: ["work", "link", "runner", "api", "health"].map { "Generated/\($0).proto" },
        swiftSettings: settings),
    .target(name: "Search", dependencies: ["Wire"], swiftSettings: settings),
    .target(
        name: "CoordinatorCore",
        dependencies: [
            "Search", "Wire", collections("DequeModule"), collections("OrderedCollections"),
        ],
        path: "Sources/Coordinator/Core", swiftSettings: settings),
    .target(
        name: "WorkerCore",
        dependencies: ["Wire", collections("DequeModule"), collections("OrderedCollections")],
        path: "Sources/Worker/Core", swiftSettings: settings),
    .target(
        name: "Engine", dependencies: ["COpenBLAS", "CPrefetch", "Privacy"],
        swiftSettings: optimised),
    .target(name: "Inspection", dependencies: ["Engine"], swiftSettings: settings),
    .target(name: "Report", swiftSettings: settings),
]

/// Modules that act.
let acting: [Target] = [
    .target(
        name: "Host", dependencies: ["CHost", "CSystemd", "Privacy", crypto, logging],
        swiftSettings: settings),
    .target(
        name: "Transport",
        dependencies: [
            "CertificateAuthority", "Host", "Privacy", "Wire", asn1, crypto, grpcCore,
            grpcProtobuf, grpcTransport, httpTypes, hummingbird, hummingbirdCore, logging,
            nio("NIOCore"), nio("NIOPosix"), nio("NIOTLS"), nioExtras, nioHTTP2, nioSSL, x509,
        ],
        swiftSettings: settings),
    .target(
        name: "Signing", dependencies: ["Engine", "Transport", "Wire", asn1, crypto, x509],
        swiftSettings: settings),
    .target(
        name: "CoordinatorShell",
        dependencies: [
            "CertificateAuthority", "CoordinatorCore", "Engine", "Host", "Privacy", "Search",
            "Signing", "Transport", "Wire", crypto, grdb, grpcCore, httpTypes, hummingbird, logging,
            nio("NIOCore"), nio("NIOPosix"), protobuf,
        ],
        path: "Sources/Coordinator/Shell", exclude: ["Generated/journal.proto"],
        swiftSettings: settings),
    .target(
        name: "WorkerShell",
        dependencies: [
            "CHost", "CSeccomp", "Engine", "Host", "Inspection", "Transport", "Wire",
            "WorkerCore", collections("DequeModule"), crypto, logging, nio("NIOCore"),
            nio("NIOPosix"),
        ],
        path: "Sources/Worker/Shell", swiftSettings: settings),
    .target(
        name: "CertificateAuthority",
        dependencies: ["Host", "Privacy", "Wire", asn1, crypto, x509],
        path: "certs-tools/CertificateAuthority", swiftSettings: settings),
]

/// What the linker can do against whoever gets to write into a daemon's memory: all symbols are
/// found before `main`, and what they were found by is read-only from then on.
let hardened: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"])
]

let executables: [Target] = [
    .executableTarget(
        name: "assay",
        dependencies: [
            "CImages", "CertificateAuthority", "CoordinatorShell", "Engine", "Host", "Inspection",
            "Privacy", "Report", "Signing", "Transport", "Wire", "WorkerShell", argumentParser,
            crypto, grpcCore, logging, yams,
        ],
        swiftSettings: settings,
        // By its build ID a worker says which program it is: see EnvironmentClass.
        linkerSettings: hardened + [.unsafeFlags(["-Xlinker", "--build-id=sha1"])]),
    .executableTarget(
        name: "assay-certs", dependencies: ["CertificateAuthority", "Host", argumentParser],
        path: "certs-tools/assay-certs", swiftSettings: settings, linkerSettings: hardened),
    .executableTarget(
        name: "engine-bench", dependencies: ["Engine"], path: "Benchmarks/engine",
        exclude: ["detection.py", "forecasting.py", "performance.py"],
        swiftSettings: optimised),
]

let libraries: [Target] = [
    .systemLibrary(
        name: "COpenBLAS", pkgConfig: "openblas",
        providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(
        name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(
        name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CImages", providers: [.apt(["libpng-dev", "libturbojpeg0-dev"])]),
    .target(name: "CHost", cSettings: [.unsafeFlags(["-fstack-protector-strong"])]),
]

/// One test target beside each module, and the ones that judge the whole.
let tests: [Target] = [
    .testTarget(name: "PrivacyTests", dependencies: ["Privacy"], swiftSettings: settings),
    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: settings),
    .testTarget(name: "SearchTests", dependencies: ["Search", "Wire"], swiftSettings: settings),
    .testTarget(
        name: "CoordinatorCoreTests", dependencies: ["CoordinatorCore", "Search", "Wire"],
        path: "Tests/Coordinator/CoreTests", swiftSettings: settings),
    .testTarget(
        name: "WorkerCoreTests", dependencies: ["Wire", "WorkerCore"],
        path: "Tests/Worker/CoreTests", swiftSettings: settings),
    .target(
        name: "Fuzzing", dependencies: ["Engine"], path: "Tests/Fuzzing", swiftSettings: settings),
    .target(name: "Clients", path: "Tests/Clients", swiftSettings: settings),
    .testTarget(
        name: "EngineTests", dependencies: ["Clients", "Engine", "Fuzzing", "Privacy"],
        exclude: ["Clients", "Tables/Fixtures"], swiftSettings: optimised),
    .testTarget(
        name: "InspectionTests", dependencies: ["Engine", "Fuzzing", "Inspection"],
        swiftSettings: settings),
    .testTarget(name: "ReportTests", dependencies: ["Report"], swiftSettings: settings),
    .testTarget(
        name: "HostTests", dependencies: ["CHost", "Host", "Privacy", crypto],
        swiftSettings: settings),
    .testTarget(
        name: "CertificateAuthorityTests",
        dependencies: ["CertificateAuthority", "Host", "Privacy", "Wire", asn1, crypto, x509],
        swiftSettings: settings),
    .testTarget(
        name: "TransportTests",
        dependencies: [
            "CertificateAuthority", "Host", "Privacy", "Transport", "Wire", asn1, crypto, grpcCore,
            grpcProtobuf, grpcTransport, hummingbird, httpTypes, logging, nio("NIOCore"),
            nio("NIOEmbedded"), nio("NIOPosix"), nio("NIOTLS"), nioSSL, x509,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "SigningTests",
        dependencies: [
            "CertificateAuthority", "Fuzzing", "Privacy", "Signing", "Transport", "Wire", asn1,
            crypto, x509,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "CoordinatorShellTests",
        dependencies: [
            "CertificateAuthority", "CoordinatorCore", "CoordinatorShell", "Engine", "Host",
            "Search", "Signing", "Transport", "Wire", crypto, grdb, grpcCore, grpcProtobuf,
            logging, nio("NIOCore"),
        ],
        path: "Tests/Coordinator/ShellTests", swiftSettings: settings),
    .testTarget(
        name: "WorkerShellTests",
        dependencies: [
            "CHost", "Engine", "Fuzzing", "Host", "SandboxRig", "Transport", "Wire", "WorkerCore",
            "WorkerShell", logging, nio("NIOCore"),
        ],
        path: "Tests/Worker/ShellTests", swiftSettings: settings),
    .testTarget(
        name: "AssayTests",
        dependencies: [
            "assay", "CertificateAuthority", "Engine", "Host", "Inspection", "Report", "Signing",
            "Transport", "Wire", "WorkerShell", argumentParser, grpcCore,
        ],
        exclude: ["Images/Fixtures"], swiftSettings: settings),
    .target(
        name: "Simulator", dependencies: ["CoordinatorCore", "Search", "Wire", "WorkerCore"],
        path: "Tests/Simulator", swiftSettings: settings),
    .testTarget(
        name: "SimulationTests", dependencies: ["Simulator", "Wire"], swiftSettings: settings),
    .target(
        name: "LiveCluster", dependencies: ["assay", "assay-certs"], path: "Tests/LiveCluster",
        swiftSettings: settings),
    .target(
        name: "SandboxRig", dependencies: ["Host", "LiveCluster", "Wire", "WorkerShell"],
        path: "Tests/SandboxRig", swiftSettings: settings),
    .testTarget(
        name: "EndToEndTests", dependencies: ["assay", "assay-certs", "Clients", "LiveCluster"],
        exclude: ["Clients"], swiftSettings: settings),
    .testTarget(
        name: "AttackTests",
        dependencies: ["assay", "assay-certs", "Host", "LiveCluster", "SandboxRig", "Wire"],
        exclude: ["Attackers"], swiftSettings: settings),
    .testTarget(name: "TidyTests", swiftSettings: settings),
]

// MARK: Instrumented builds (docs/decisions/0025-fuzzing.md)

let fuzzTests = Target.testTarget(
    name: "FuzzTests",
    dependencies: [
        "assay", "CertificateAuthority", "CoordinatorCore", "CoordinatorShell", "Engine", "Fuzzing",
        "Inspection", "Privacy", "Signing", "Transport", "Wire", asn1, crypto, nio("NIOCore"),
        protobuf, x509,
    ],
    exclude: ["Corpus"], swiftSettings: settings)

/// The archive of libFuzzer, in a build of `dev/fuzz.sh`: what we ship counts what it runs through,
/// and the fuzzer's tests are the only ones.
let libFuzzer = Context.environment["ASSAY_LIBFUZZER"]

if let libFuzzer {
    for target in pure + acting + executables {
        target.swiftSettings?.append(.unsafeFlags(["-O", "-sanitize=fuzzer"]))
    }
    fuzzTests.swiftSettings?.append(.define("FUZZER"))
    for target in executables + [fuzzTests] {
        target.linkerSettings = [.unsafeFlags([libFuzzer, "-lstdc++"])]
    }
}

// A build of `dev/coverage.sh`: what we ship counts as well, and dependencies do not. Counters lie in
// a mapped file, whose name the archive holds: they outlive whoever is killed, or may write nothing.
if let profileName = Context.environment["ASSAY_COVERAGE"] {
    for target in pure + acting + executables {
        target.swiftSettings?.append(
            .unsafeFlags([
                "-profile-generate", "-profile-coverage-mapping", "-Xllvm",
                "-runtime-counter-relocation",
            ]))
    }
    for target in executables + tests + [fuzzTests] where target.type != .regular {
        target.linkerSettings =
            (target.linkerSettings ?? []) + [
                .unsafeFlags([
                    "-profile-generate", "-Xlinker", "-u", "-Xlinker", "__llvm_profile_filename",
                    profileName,
                ])
            ]
    }
}

let package = Package(
    name: "assay",
    products: [
        .executable(name: "assay", targets: ["assay"]),
        .executable(name: "assay-certs", targets: ["assay-certs"]),
    ],
    dependencies: dependencies,
    targets: pure + acting + executables + libraries
        + (libFuzzer == nil ? tests : tests.filter { $0.name == "Fuzzing" }) + [fuzzTests]
)
