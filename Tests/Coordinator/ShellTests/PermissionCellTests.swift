import CoordinatorCore
import Foundation
import GRPCCore
import Host
import Testing
import Transport
import Wire

@testable import CoordinatorShell

/// Every cell of the table of permissions against a live head: each method of the API, the link and
/// the pages, by every role, on something of their own and of others. What the table says is what
/// happens, and what the audit log says.
@Suite struct PermissionCellTests {
    /// How a method is called; the job is for those that touch one.
    struct Call: Sendable {
        let method: MethodDescriptor
        let touchesJob: Bool
        /// What it is for this object, when that is another verb than the method's.
        let verb: Verb?
        let make: @Sendable (ControlClient.Client, _ job: String) async throws -> Void

        init(
            _ method: MethodDescriptor, touchesJob: Bool = false, as verb: Verb? = nil,
            _ make: @escaping @Sendable (ControlClient.Client, String) async throws -> Void
        ) {
            self.method = method
            self.touchesJob = touchesJob
            self.verb = verb
            self.make = make
        }

        var name: String { self.method.fullyQualifiedMethod }
    }

    /// A line that the audit log must have, without its time and place.
    struct Expected: Hashable {
        let role: String
        let verb: String
        let outcome: String
    }

    /// Job 1 is the head's, job 2 the worker's, …: whoever asks finds one of their own.
    private static func job(of role: Role) -> String {
        "j\((Role.allCases.firstIndex(of: role) ?? 0) + 1)"
    }

    private static let callers: [Role] = ApplicationProtocol.rpc.roles

    @Test func `what the table says is what happens, and what is remembered`() async throws {
        let scratch = try ScratchDirectory()
        try Self.writeModels(into: scratch)
        let expected = try await TestHead.with(state: scratch.path) { head in
            var expected: [Expected: Int] = [:]
            for role in Self.callers {
                let acts = try await head.asking(as: role, "ada") { client in
                    var acts: [Expected] = []
                    for call in Self.calls { acts += try await Self.check(call, by: role, client) }
                    return acts
                }
                for act in acts { expected[act, default: 0] += 1 }
            }
            return expected
        }
        let audit = AuditDirectory(path: scratch.file("audit"))
        let verbs = Set(
            CallRule.byMethod.values.map(\.verb.rawValue)
                + Self.calls.compactMap(\.verb?.rawValue))
        var found: [Expected: Int] = [:]
        for line in try Data(audit.read(1)).split(separator: UInt8(ascii: "\n")) {
            let line = try #require(AuditLine(line))
            guard verbs.contains(line.verb), let peer = line.peer else { continue }
            #expect(peer.name == "ada" && peer.serial.count == 40 && line.address != nil)
            found[
                Expected(role: peer.role, verb: line.verb, outcome: line.outcome.rawValue),
                default: 0] += 1
        }
        #expect(found == expected)
        #expect(try AuditVerification(state: scratch.path).last > 50)
    }

    /// Makes the call in each of its cells.
    ///
    /// - Returns: what must be remembered of it.
    private static func check(
        _ call: Call, by role: Role, _ client: ControlClient.Client
    ) async throws -> [Expected] {
        let rule = try #require(CallRule.byMethod[call.name], "\(call.name) has no rule")
        // Who may never call it is refused before anybody has looked what it is about.
        let isOpen = Permission.judge(role, rule.verb, .none) == .allowed
        let verb = isOpen ? call.verb ?? rule.verb : rule.verb
        let cells: [(Ownership, String)] =
            call.touchesJob
            ? [(.own, Self.job(of: role)), (.others, Self.job(of: .head))] : [(.none, "")]
        var acts: [Expected] = []
        for (ownership, job) in cells {
            var outcome: RPCError?
            do {
                try await call.make(client, job)
            } catch {
                outcome = try #require(error as? RPCError, "\(error)")
            }
            let place = "\(role) calls \(call.name) on what is \(ownership)"
            let judgement = Permission.judge(role, verb, ownership)
            switch judgement {
            case .refused(let reason):
                #expect(outcome?.code == .permissionDenied, "\(place)")
                // Without a look at the object, where the role may not at all.
                let general = Permission.judge(role, verb, .none)
                let reasons = [reason, general == .allowed ? reason : "\(general)"]
                #expect(reasons.contains { $0.contains(outcome?.message ?? "none") }, "\(place)")
            case .allowed:
                let codes: [RPCError.Code?] = [
                    nil, .failedPrecondition, .notFound, .invalidArgument,
                ]
                #expect(codes.contains(outcome?.code), "\(place)")
            }
            if judgement == .allowed, verb == .readHealth { continue }
            acts.append(
                Expected(
                    role: role.rawValue, verb: verb.rawValue,
                    outcome: judgement == .allowed ? "allowed" : "refused"))
        }
        return acts
    }

    @Test func `every method is walked, and every verb has something that asks for it`() {
        let methods = [
            Assay_V1_Jobs.Method.descriptors, Assay_V1_Blobs.Method.descriptors,
            Assay_V1_Models.Method.descriptors, Assay_V1_Taints.Method.descriptors,
            Assay_V1_Nodes.Method.descriptors,
            Assay_V1_Revocations.Method.descriptors, Assay_V1_Enrollment.Method.descriptors,
            Grpc_Health_V1_Health.Method.descriptors,
        ].flatMap { $0 }.map(\.fullyQualifiedMethod)
        let plain = Self.calls.filter { $0.verb == nil }
        #expect(plain.map(\.name).sorted() == methods.sorted())
        #expect(Set(methods) == Set(CallRule.byMethod.keys))
        let asked =
            CallRule.byMethod.values.map(\.verb) + Self.calls.compactMap(\.verb)
            + Self.pages.map(\.verb) + [Verb.openLink]
        #expect(Set(asked) == Set(Verb.allCases))
    }

    @Test func `who may not call at all is refused before the first call`() async throws {
        try await TestHead.with { head in
            for role in Role.allCases where !Self.callers.contains(role) {
                for verb in Set(CallRule.byMethod.values.map(\.verb)) {
                    #expect(Permission.judge(role, verb, .own) != .allowed, "\(role) \(verb)")
                }
                for call in Self.calls {
                    let error = await #expect(throws: (any Error).self, "\(role) \(call.name)") {
                        try await head.asking(as: role, "ada") {
                            try await call.make($0, Self.job(of: role))
                        }
                    }
                    let words = error.map { "\($0)" } ?? ""
                    #expect(words.contains("a \(role) may not speak h2"), "\(call.name)")
                }
            }
        }
    }

    @Test(arguments: Role.allCases)
    func `a link is opened by whom the table allows it`(role: Role) async throws {
        try await TestHead.with { head in
            let worker = TestWorker(.byHand)
            _ = try await worker.connect(
                to: head, with: try head.cluster.issue(role, "ada"))
            let answer = await worker.first { message -> Permission? in
                switch message {
                case .welcome: .allowed
                case .refused(let reason): .refused(reason: reason)
                default: nil
                }
            }
            let judgement = Permission.judge(role, .openLink, .none)
            #expect((answer == .allowed) == (judgement == .allowed))
            #expect(answer != nil)
        }
    }

    static let pages: [(path: String, verb: Verb)] = [
        ("/livez", .readHealth), ("/readyz", .readHealth), ("/metrics", .readMetrics),
    ]

    @Test(arguments: Role.allCases)
    func `a page is read by whom the table allows it`(role: Role) async throws {
        let scratch = try ScratchDirectory()
        try await TestHead.with { head in
            try head.cluster.write(role, "ada", to: scratch.file("certs"))
            for (path, verb) in Self.pages {
                let url = "https://\(head.place)\(path)"
                let certs = scratch.file("certs")
                // The head answers in this process: none of its threads may wait for curl.
                let code = try await DedicatedThread.run(named: "curl") {
                    try Self.curl(url, certs)
                }
                let judgement = Permission.judge(role, verb, .none)
                #expect(code == (judgement == .allowed ? "200" : "403"), "\(role) \(path)")
            }
        }
    }

    private static func curl(_ url: String, _ certs: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "curl", "--silent", "--http1.1", "--max-time", "60", "--cacert", "\(certs)/ca.pem",
            "--cert", "\(certs)/cert.pem", "--key", "\(certs)/key.pem", "--output", "/dev/null",
            "--write-out", "%{http_code}", url,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test func `a list shows a user their own and an operator everything`() async throws {
        try await TestHead.with { head in
            for name in ["ada", "eve"] {
                try await head.asking(as: .user, name) { client in
                    _ = try await Assay_V1_Jobs.Client(wrapping: client)
                        .submit(TestHead.submission())
                }
            }
            let seen: @Sendable (Role, String) async throws -> [String] = { role, name in
                try await head.asking(as: role, name) { client in
                    try await Assay_V1_Jobs.Client(wrapping: client)
                        .list(Assay_V1_ListJobsRequest()).jobs.map(\.id)
                }
            }
            #expect(try await seen(.user, "eve") == ["j2"])
            #expect(try await seen(.operator, "eve") == ["j2", "j1"])
            #expect(try await seen(.viewer, "eve") == ["j2", "j1"])
        }
    }

    /// A state directory in which each role has a job that has ended and left a model.
    private static func writeModels(into scratch: ScratchDirectory) throws {
        for (index, role) in Role.allCases.enumerated() {
            try Self.writeModel(
                ownedBy: "\(role.rawValue)/ada", as: UInt64(index + 1), into: scratch)
        }
    }

    static func writeModel(
        ownedBy owner: String, as number: UInt64 = 1, into scratch: ScratchDirectory
    ) throws {
        let journal = try SQLiteJournal(path: scratch.file("journal.sqlite"))
        let manifest = Output(name: "manifest.json", blob: Sample.blob(4))
        try journal.append(
            [Sample.submitted(number, Sample.lesson, owner: owner)]
                + Sample.modelMade(by: number, [manifest])
                + [.ended(JobID(number), .succeeded, at: Sample.origin + .seconds(9))])
        try journal.close()
    }
}
