import Foundation
import Glibc
import Testing

/// What is installed on a host is judged by the tools of that host.
@Suite struct DeployTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let units = ["assay-head.service", "assay-head.socket", "assay-worker.service"]
    static let analyzer = "/usr/bin/systemd-analyze"

    /// A missing tool is said aloud, once per claim that it leaves unproved.
    static let hasAnalyzer = ConditionTrait.enabled(
        if: FileManager.default.isExecutableFile(atPath: analyzer),
        "systemd-analyze is not installed: the units were not judged")

    static let seeder = "/usr/bin/systemd-tmpfiles"

    /// It gives files to root, so that only root can ask it.
    static let canSeed = ConditionTrait.enabled(
        if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: seeder),
        "systemd-tmpfiles is not installed or we are not root: no settings were seeded")

    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// The units as installed, but for the program, which need not be installed here.
    private func place() throws -> [String] {
        let program = try self.scratch.file("assay", "#!/bin/sh\n", mode: 0o755)
        return try Self.units.map { unit in
            let text = try self.text("deploy/systemd/\(unit)")
                .replacing("/usr/bin/assay", with: program)
            return try self.scratch.file(unit, text, mode: 0o644)
        }
    }

    @Test(Self.hasAnalyzer) func `systemd finds nothing to say about the units`() throws {
        let (status, output) = try self.run(
            Self.analyzer, ["verify", "--man=no"] + (try self.place()))
        #expect(status == 0)
        // Units of the host itself may be found wanting; that is not ours.
        let ours = output.split(separator: "\n").filter { $0.contains("assay") }
        #expect(ours == [])
    }

    @Test(
        Self.hasAnalyzer, arguments: [("assay-head.service", 1.5), ("assay-worker.service", 2.0)])
    func `a daemon is exposed no further than promised`(unit: String, most: Double) throws {
        _ = try self.place()
        let (status, output) = try self.run(
            Self.analyzer,
            ["security", "--offline=true", "--no-pager", "--threshold=\(Int(most * 10))"]
                + [self.scratch[unit]])
        let summary = output.split(separator: "\n").last { $0.contains("Overall") } ?? ""
        #expect(status == 0, "\(unit): \(summary)")
    }

    @Test(arguments: [
        ("head", "assay-head.service", ["ca.pem", "cert.pem", "key.pem", "blob.key"]),
        ("head", "assay-head-issuer.conf", ["issuer.pem", "issuer-key.pem"]),
        ("worker", "assay-worker-credentials.conf", ["ca.pem", "cert.pem", "key.pem"]),
    ]) func `keys that an operator brings reach a daemon as credentials only`(
        role: String, part: String, files: [String]
    ) throws {
        let part = try self.text("deploy/systemd/\(part)")
        for file in files {
            #expect(part.contains("LoadCredential=\(file):/etc/assay/\(role)/\(file)\n"))
        }
        // They are copies that a signal cannot renew, so that reloading would promise too much.
        #expect(!part.contains("ExecReload="))
    }

    @Test(arguments: ["assay-head.service", "assay-worker.service"])
    func `nothing of a daemon goes to swap, and its keys lie where the kernel has no map`(
        unit: String
    ) throws {
        let unit = try self.text("deploy/systemd/\(unit)")
        #expect(unit.contains("\nMemorySwapMax=0\n"))
        let calls = unit.matches(of: #/SystemCallFilter=([^~\n]*)/#).flatMap {
            $0.output.1.split(separator: " ")
        }
        #expect(calls.contains("memfd_secret"))
    }

    @Test func `a worker that joined keeps its key where nobody else looks, and renews it there`()
        throws
    {
        let unit = try self.text("deploy/systemd/assay-worker.service")
        #expect(unit.contains(" worker --certs %S/assay-worker/certs\n"))
        #expect(unit.contains("StateDirectory=assay-worker\nStateDirectoryMode=0700\n"))
        #expect(!unit.contains("LoadCredential=") && !unit.contains("ExecReload="))
        let places = try self.text("deploy/tmpfiles.d/assay.conf")
        #expect(places.contains("/var/lib/assay-worker  0700 assay-worker assay-worker"))
    }

    @Test(
        Self.hasAnalyzer,
        arguments: [
            ("assay-head.service", "assay-head-issuer.conf", 2.0),
            ("assay-worker.service", "assay-worker-credentials.conf", 2.0),
            // Commands of users need namespaces and mounts for their sandboxes.
            ("assay-worker.service", "assay-worker-commands.conf", 2.5),
        ])
    func `a unit with its chosen part is as good, and exposed no further than promised`(
        unit: String, part: String, most: Double
    ) throws {
        _ = try self.place()
        try self.scratch.directory("\(unit).d")
        let text = try self.text("deploy/systemd/\(part)")
            .replacing("/usr/bin/assay", with: self.scratch["assay"])
        try self.scratch.file("\(unit).d/choice.conf", text, mode: 0o644)
        let (status, output) = try self.run(
            Self.analyzer, ["verify", "--man=no", self.scratch[unit]])
        #expect(status == 0)
        #expect(output.split(separator: "\n").filter { $0.contains("assay") } == [])
        let (exposed, words) = try self.run(
            Self.analyzer,
            [
                "security", "--offline=true", "--no-pager", "--threshold=\(Int(most * 10))",
                self.scratch[unit],
            ])
        #expect(exposed == 0, "\(words)")
    }

    @Test(arguments: ["head", "worker"]) func `a daemon is confined as promised`(
        role: String
    ) throws {
        let unit = try self.text("deploy/systemd/assay-\(role).service")
        #expect(unit.contains(" \(role) --certs "))
        #expect(unit.contains("InaccessiblePaths=-/etc/assay/head -/etc/assay/worker "))
        #expect(unit.contains("ExecPaths=/usr/bin/assay /usr/lib /lib /lib64\n"))
        #expect(unit.contains("Type=notify\n") && unit.contains("WatchdogSec="))
        #expect(unit.contains("User=assay-\(role)\n"))
    }

    @Test func `a worker's unit lets its runners confine themselves`() throws {
        let unit = try self.text("deploy/systemd/assay-worker.service")
        // What systemd 252 counts into none of its groups is named one by one.
        for call in ["landlock_create_ruleset", "landlock_restrict_self", "seccomp", "capset"] {
            #expect(unit.contains(" \(call)") || unit.contains("=\(call)"))
        }
        #expect(unit.contains("RestrictNamespaces=user net\n"))
        #expect(unit.contains("OOMPolicy=continue\n"))
    }

    private func install() throws -> (Int32, String) {
        try self.run(
            "/usr/bin/env",
            [
                "make", "-s", "-f", "deploy/install.mk", "install",
                "BUILT=\(self.scratch["built"])", "DESTDIR=\(self.scratch["root"])",
            ])
    }

    /// Makes the archive that docs/OPERATING.md makes, of programs that do nothing.
    private func pack() throws {
        try self.scratch.directory("built")
        // Real ones, since installing strips them.
        for program in ["assay", "assay-certs"] {
            try FileManager.default.copyItem(
                atPath: "/usr/bin/true", toPath: self.scratch["built/\(program)"])
        }
        try self.scratch.file("built/assay.cdx.json", "{}\n")
        let (status, output) = try self.install()
        try #require(status == 0, "\(output)")
        let (packed, words) = try self.run(
            "/usr/bin/env",
            [
                "tar", "-C", self.scratch["root"], "--owner=root", "--group=root", "-czf",
                self.scratch["assay.tar.gz"], ".",
            ])
        try #require(packed == 0, "\(words)")
    }

    /// Unpacks it over a host, as docs/OPERATING.md does to install and to upgrade.
    private func unpack() throws {
        let (status, output) = try self.run(
            "/usr/bin/env",
            [
                "tar", "-C", self.scratch["host"], "--no-overwrite-dir", "-xzf",
                self.scratch["assay.tar.gz"],
            ])
        try #require(status == 0, "\(output)")
    }

    private func contents(_ name: String) throws -> String {
        try String(contentsOfFile: self.scratch[name], encoding: .utf8)
    }

    @Test func `installing puts everything in its place, all of it below usr`() throws {
        try self.pack()
        for (path, expected) in [
            ("usr/bin/assay", 0o755), ("usr/bin/assay-certs", 0o755),
            ("usr/lib/systemd/system/assay-head.socket", 0o644),
            ("usr/lib/systemd/system/assay-head.service", 0o644),
            ("usr/lib/systemd/system/assay-worker.service", 0o644),
            ("usr/lib/sysusers.d/assay.conf", 0o644), ("usr/lib/tmpfiles.d/assay.conf", 0o644),
            ("usr/share/doc/assay/OPERATING.md", 0o644),
            ("usr/share/doc/assay/assay.cdx.json", 0o644),
            ("usr/share/assay/head.yaml", 0o644), ("usr/share/assay/worker.yaml", 0o644),
            ("usr/share/assay/assay-head-issuer.conf", 0o644),
            ("usr/share/assay/assay-worker-credentials.conf", 0o644),
            ("usr/share/assay/assay-worker-commands.conf", 0o644),
        ] {
            #expect(mode(of: self.scratch["root/\(path)"]) == expected, "\(path)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: self.scratch["root"]) == ["usr"])
    }

    @Test func `an upgrade keeps the operator's settings and brings the new programs`() throws {
        try self.pack()
        try self.scratch.directory("host/etc/assay")
        try self.scratch.directory("host/usr/bin")
        try self.scratch.file("host/etc/assay/worker.yaml", "head: ours:7443\n")
        try self.scratch.file("host/usr/bin/assay", "old")
        try self.unpack()
        #expect(try self.contents("host/etc/assay/worker.yaml") == "head: ours:7443\n")
        #expect(try self.run(self.scratch["host/usr/bin/assay"], []).0 == 0)
    }

    @Test(Self.canSeed) func `settings that are missing are seeded, settings that are there kept`()
        throws
    {
        try self.pack()
        try self.scratch.directory("host/etc/assay", mode: 0o755)
        try self.scratch.file("host/etc/assay/worker.yaml", "head: ours:7443\n", mode: 0o640)
        // As systemd-sysusers has made them before.
        try self.scratch.file(
            "host/etc/passwd", "assay-worker:x:998:998::/:/usr/sbin/nologin\n", mode: 0o644)
        try self.scratch.file("host/etc/group", "assay-worker:x:998:\n", mode: 0o644)
        for _ in ["installed", "upgraded"] {
            try self.unpack()
            let (status, output) = try self.run(
                Self.seeder, ["--create", "--root=\(self.scratch["host"])", "assay.conf"])
            try #require(status == 0, "\(output)")
            let shipped = try self.text("deploy/config/head.yaml")
            #expect(try self.contents("host/etc/assay/head.yaml") == shipped)
            #expect(try self.contents("host/etc/assay/worker.yaml") == "head: ours:7443\n")
            for (path, expected) in [
                ("head.yaml", 0o644), ("worker.yaml", 0o640), ("head", 0o700), ("worker", 0o700),
            ] {
                #expect(mode(of: self.scratch["host/etc/assay/\(path)"]) == expected, "\(path)")
            }
        }
    }

    @Test func `installing before building says what to do`() throws {
        let (status, output) = try self.install()
        #expect(status != 0)
        #expect(output.contains("run make release first"))
    }
}
