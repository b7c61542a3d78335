import Foundation
import Glibc
import SandboxRig
import Testing
import Wire

/// Commands of hostile users: programs that try everything against the host that runs them.
///
/// Each runs as a worker runs it, with an honest program beside it that has to score all the same.
@Suite(.serialized, .enabled(if: SandboxRig.isPossible, "bubblewrap is not installed"))
struct SandboxAttacks {
    private let rig: SandboxRig
    private let program: String

    init() throws {
        self.rig = try SandboxRig()
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        self.program = try String(
            contentsOf: folder.appending(path: "Attackers/prisoners.py"), encoding: .utf8)
    }

    // MARK: What is there to be seen

    @Test func `nothing of the host can be read, and nothing but its own place written`()
        async throws
    {
        let secret = try Secret()
        let seen = try await self.attack("files", [secret.path, secret.directory + "/.."])
        #expect(try seen.list("allowed") == [])
        #expect(try seen.number("denials") > 35)
        let etc = ["alternatives", "group", "hosts", "ld.so.cache", "nsswitch.conf", "passwd"]
        #expect(try seen.list("etc") == etc)
        #expect(
            try seen.list("root") == [
                "bin", "dev", "etc", "lib", "lib64", "proc", "run", "sbin", "tmp", "trial", "usr",
            ])
        #expect(try seen.text("people").split(separator: "\n").count == 1)
    }

    @Test func `trials do not see each other`() async throws {
        let mark = "assay-mark-\(UUID().uuidString)"
        let (hidden, sink) = AsyncStream.makeStream(of: SandboxRig.Hand.self)
        async let neighbour = self.rig.run(self.job("neighbour", [mark])) { _, hand in
            sink.yield(hand)
        }
        for await hand in hidden {
            let seen = try await self.attack("strangers", [mark])
            #expect(try seen.list("allowed") == [])
            #expect(try seen.number("processes") == 2)
            hand.answer(.continue)
            break
        }
        guard case .scored = try await neighbour else {
            Issue.record("the neighbour did not end well: \(try await neighbour)")
            return
        }
    }

    // MARK: Who is there to be reached

    @Test func `there is nobody to talk to`() async throws {
        let (port, abstract) = (try Listener.onLoopback(), try Listener.abstract())
        let seen = try await self.attack("network", ["\(port.port)", abstract.name])
        #expect(try seen.list("allowed") == [])
        #expect(try seen.list("interfaces") == ["lo"])
        #expect(!port.wasReached && !abstract.wasReached)
    }

    @Test func `with the host's network a program still reaches no abstract socket`() async throws {
        let abstract = try Listener.abstract()
        let port = try Listener.onLoopback()
        var job = self.job("network", ["\(port.port)", abstract.name, "host"])
        job.network = .host
        let seen = try Self.seen(try await self.rig.run(job))
        #expect(try seen.list("allowed") == ["the host"])
        #expect(!abstract.wasReached)
    }

    @Test func `no process outside can be signalled, traced or limited`() async throws {
        let seen = try await self.attack("processes", ["\(getpid())"])
        #expect(try seen.list("allowed") == [])
        #expect(try seen.number("parent") == 1)
    }

    @Test func `nothing is inherited but what is meant`() async throws {
        setenv("ASSAY_TEST_SECRET", "4711", 1)
        let seen = try await self.attack("descriptors", [])
        #expect(try seen.list("allowed") == [])
        #expect(
            try seen.texts("descriptors") == [
                "0": "/dev/null", "1": "/dev/null", "2": "/dev/null", "3": "socket",
            ])
        #expect(!(try seen.list("environment")).contains("ASSAY_TEST_SECRET"))
    }

    // MARK: What the kernel could be asked for

    @Test func `the kernel answers no call that makes, mounts, traces, loads or sets`()
        async throws
    {
        let seen = try await self.attack("calls", [])
        #expect(try seen.list("allowed") == [])
        #expect(try seen.number("denials") > 65)
        let privileges = try seen.list("privileges")
        #expect(privileges.contains("NoNewPrivs:\t1") && privileges.contains("Seccomp:\t2"))
        #expect(
            privileges.filter { $0.hasPrefix("Cap") && !$0.hasSuffix("0000000000000000") } == [])
    }

    @Test func `set-user bits give nothing`() async throws {
        #expect(try await self.attack("set_user_bits", []).text("identity") == "1000")
    }

    #if arch(x86_64)
    @Test func `calls of a foreign architecture end the program`() async throws {
        let failure = try self.failure(try await self.rig.run(self.job("old_calls", [])))
        #expect(failure?.reason.contains("signal 31") == true)
    }
    #endif

    // MARK: What could be used up

    @Test func `a fork bomb fills its own measure`() async throws {
        let seen = try await self.attack("forks", ["32"])
        #expect(try seen.text("end") == "EAGAIN")
        // The attendant beside them.
        #expect(try seen.number("processes") <= 33)
    }

    @Test(arguments: [["memory", "2048"], ["shared_memory", "2048"]])
    func `memory ends where its limit is`(attack: [String]) async throws {
        try await self.besideHonest {
            let failure = try self.failure(
                try await self.rig.run(self.job(attack[0], Array(attack.dropFirst()))))
            #expect([.command, .memoryLimit].contains(failure?.code))
        }
    }

    @Test func `many processes have no more memory than one`() async throws {
        guard self.rig.boundsMemory else {
            return print("SKIPPED: no control group: memory of many processes is not bounded")
        }
        try await self.besideHonest {
            let failure = try self.failure(
                try await self.rig.run(self.job("memory_of_many", ["200", "8"])))
            #expect(failure?.code == .memoryLimit, "\(failure?.reason ?? "")")
        }
    }

    @Test func `processor time is counted over all processes`() async throws {
        guard self.rig.countsProcessorTime else {
            return print("SKIPPED: no control group: time of many processes is not counted")
        }
        var job = self.job("processor", [])
        job.cpuTime = .seconds(2)
        let failure = try self.failure(try await self.rig.run(job))
        #expect(failure?.code == .timeLimit)
    }

    @Test func `what is written has an end`() async throws {
        let limit = 32 << 20
        let seen = try await self.attack("disk", ["\(limit)"])
        #expect(try seen.text("end") == "ENOSPC")
        #expect(try seen.number("filled") <= Double(limit))
        #expect(try seen.number("shared") <= Double(limit))
    }

    // MARK: What the worker itself reads

    @Test(arguments: [
        "link", "link to a secret", "pipe", "directory", "socket", "linked directory", "endless",
        "nothing",
    ]) func `an output that is no plain file is a failure`(kind: String) async throws {
        var job = self.job("outputs", [kind])
        job.outputs = ["model.bin"]
        let failure = try self.failure(try await self.rig.run(job))
        #expect(failure?.reason.hasPrefix("output model.bin: ") == true, "\(failure?.reason ?? "")")
    }

    @Test func `an output that is swapped for a link without end is its own or none`()
        async throws
    {
        for _ in 0..<(Attack.isWhole ? 100 : 5) {
            var job = self.job("swaps", [])
            job.outputs = ["model.bin", "seen.json"]
            switch try await self.rig.run(job) {
            case .scored(_, let outputs, _):
                let text = String(decoding: outputs["model.bin"] ?? [], as: UTF8.self)
                #expect(["mine", ""].contains(text))
            case .failed(let failure, _):
                #expect(failure.reason.hasPrefix("output model.bin: what it left is no"))
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test(arguments: [
        ("one endless line", "longer than"), ("lines without end", "more than 100 results"),
        ("steps without end", "does not read its answers"), ("depth", "byte"),
        ("descriptors", "line 1"),
    ]) func `a flood of scores is a failure with a sentence`(kind: String, words: String)
        async throws
    {
        try await self.besideHonest {
            let failure = try self.failure(try await self.rig.run(self.job("flood", [kind])))
            #expect(failure?.code == .command)
            #expect(failure?.reason.contains(words) == true, "\(failure?.reason ?? "")")
        }
    }

    @Test func `output without end goes nowhere`() async throws {
        let seen = try await self.attack("flood", ["standard output"])
        #expect(try seen.list("allowed") == [])
    }

    @Test func `nothing outlives its trial`() async throws {
        let mark = "assay-mark-\(UUID().uuidString)"
        _ = try await self.attack("lingers", [mark])
        #expect(HostProcesses.count(with: mark) == 0)
    }

    // MARK: Support

    private func job(_ name: String, _ arguments: [String]) -> SandboxRig.Job {
        var job = SandboxRig.Job(python: self.program, [name] + arguments)
        job.outputs = ["seen.json"]
        return job
    }

    /// Runs an attacker that ends by itself; what it saw.
    private func attack(_ name: String, _ arguments: [String]) async throws -> Seen {
        let job = self.job(name, arguments)
        let seen = try Self.seen(try await self.besideHonest { try await self.rig.run(job) })
        print("ATTACK prisoners.\(name): \(seen.text.prefix(2000))")
        return seen
    }

    private static func seen(_ end: SandboxRig.End) throws -> Seen {
        guard case .scored(_, let outputs, _) = end else {
            throw AttackerFailed("the attacker failed itself: \(end)")
        }
        let text = String(decoding: outputs["seen.json"] ?? [], as: UTF8.self)
        guard let seen = Seen(text) else { throw AttackerFailed("it saw nothing: \(text)") }
        return seen
    }

    private func failure(_ end: SandboxRig.End) throws -> Failure? {
        guard case .failed(let failure, let cost) = end else {
            throw AttackerFailed("the attack did not fail: \(end)")
        }
        print("ATTACK prisoners: \(failure.reason), after \(cost.wall)")
        return failure
    }

    /// Meanwhile an honest program of somebody else has to do its work.
    private func besideHonest<Answer: Sendable>(
        _ body: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        async let honest = self.rig.run(
            SandboxRig.Job(
                python: """
                    import os
                    os.write(3, b'{"scores":{"score":%d}}\\n' % sum(range(200_000)))
                    """))
        let answer = try await body()
        guard case .scored(let scores, _, _) = try await honest else {
            throw AttackerFailed("the honest program was harmed: \(try await honest)")
        }
        #expect(scores == ["score": 19_999_900_000])
        return answer
    }
}

struct AttackerFailed: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { self.description = sentence }
}

/// A file that everybody on this host may read.
private final class Secret {
    let directory: String
    var path: String { "\(self.directory)/secret" }

    init() throws {
        let made = FileManager.default.temporaryDirectory
            .appending(path: "assay-secret-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: false)
        self.directory = made.path
        try "4711".write(toFile: self.path, atomically: false, encoding: .utf8)
        chmod(self.path, 0o644)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.directory) }
}

/// Somebody on this host who would like to be called.
private final class Listener {
    let descriptor: Int32
    var port: UInt16 = 0
    var name = ""

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(self.descriptor) }

    static func onLoopback() throws -> Listener {
        let listener = Listener(
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try listener.listen(&address, size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(listener.descriptor, $0, &size)
            }
        }
        listener.port = UInt16(bigEndian: address.sin_port)
        return listener
    }

    static func abstract() throws -> Listener {
        let listener = Listener(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        listener.name = "assay-\(UUID().uuidString)"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = listener.name
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            UnsafeMutableRawBufferPointer(rebasing: path[1...]).copyBytes(from: name.utf8)
        }
        try listener.listen(&address, socklen_t(2 + 1 + name.utf8.count))
        return listener
    }

    private func listen<Address>(_ address: inout Address, _ size: socklen_t) throws {
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, size)
            }
        }
        guard bound == 0, Glibc.listen(self.descriptor, 8) == 0 else {
            throw AttackerFailed("nobody can listen here")
        }
    }

    /// Whether somebody waits to be accepted.
    var wasReached: Bool {
        var caller = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&caller, 1, 0) > 0
    }
}
