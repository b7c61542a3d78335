import Crypto
import Foundation
import GRPCCore
import Host
import Logging
import Testing
import Transport
import Wire

@testable import CoordinatorShell

/// How a head begins and ends, as probes and service managers see it.
@Suite struct LifeTests {
    @Test func `a head is not ready while it replays, ready after, not ready while it drains`() {
        let readiness = Readiness()
        #expect(readiness.state == .replaying)
        #expect(readiness.state.reason == "the head is starting: it replays its journal")
        readiness.become(.ready)
        #expect(readiness.state.reason == nil)
        readiness.become(.draining)
        #expect(readiness.state.reason == "the head is stopping")
    }

    @Test func `a head that was told to stop while it replays never becomes ready`() {
        let readiness = Readiness()
        readiness.become(.draining)
        readiness.become(.ready)
        #expect(readiness.state == .draining)
    }

    @Test func `probes are told yes only while the head takes work`() {
        let clock = HeadClock()
        let journal = MemoryJournal()
        let loop = CoordinatorLoop(
            journal: journal, links: RecordingLinks(),
            archive: Archive(journal: journal, clock: clock), clock: clock,
            log: Logger(label: "loop"))
        let readiness = Readiness()
        let vitals = Vitals(readiness: readiness, loop: loop)
        #expect(vitals.ready == .no(reason: "the head is starting: it replays its journal"))
        #expect(vitals.live == .yes)
        readiness.become(.ready)
        #expect(vitals.ready == .yes)
        readiness.become(.draining)
        #expect(vitals.ready == .no(reason: "the head is stopping"))
        #expect(vitals.live == .yes)
    }

    @Test func `while it replays a head takes no work and says why`() async throws {
        let admission = Admission(
            readiness: Readiness(), blobs: try BlobStore(.memory), log: .silent)
        let error = await #expect(throws: RPCError.self) {
            try await admission.judge(TestHead.submission(), from: "user/ada")
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message == "the head is starting: it replays its journal")
    }

    @Test func `health is watched through a drain, and the head then ends by itself`() async throws
    {
        let scratch = try ScratchDirectory()
        try await DrainingHead.run(scratch) { head, drain in
            let seen = try await head.asking(as: .probe) { client in
                try await Grpc_Health_V1_Health.Client(wrapping: client)
                    .watch(Grpc_Health_V1_HealthCheckRequest()) { response in
                        var seen: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
                        for try await answer in response.messages {
                            seen.append(answer.status)
                            drain()
                        }
                        return seen
                    }
            }
            #expect(seen == [.serving, .notServing])
        }
        // The session is gone and the journal is one file: its log was written back into it.
        #expect(try scratch.names() == ["state"])
        #expect(try scratch.names(in: "state") == ["audit", "blobs", "journal.sqlite", "lock"])
    }

    @Test func `a drain ends the streams that are open, and says that the head stops`() async throws
    {
        try await DrainingHead.run { head, drain in
            try await head.asking(as: .user) { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                _ = try await jobs.submit(TestHead.submission())
                var request = Assay_V1_WatchJobRequest()
                request.job = "j1"
                let watching = await #expect(throws: RPCError.self) {
                    try await jobs.watch(request) { response in
                        for try await _ in response.messages { drain() }
                    }
                }
                #expect(watching?.code == .unavailable)
            }
        }
    }

    @Test func `a drain ends a stream of submissions whose caller only waits`() async throws {
        try await DrainingHead.run { head, drain in
            try await head.asking(as: .user) { client in
                let (wait, end) = AsyncStream.makeStream(of: Void.self)
                let running = await #expect(throws: RPCError.self) {
                    try await Assay_V1_Jobs.Client(wrapping: client).run { writer in
                        try await writer.write(TestHead.submission(key: "k"))
                        for await _ in wait {}
                    } onResponse: { response in
                        defer { end.finish() }
                        for try await _ in response.messages { drain() }
                    }
                }
                #expect(running?.code == .unavailable)
            }
        }
    }

    @Test func `health knows its services by name`() async throws {
        try await TestHead.with { head in
            try await head.asking(as: .probe) { client in
                let health = Grpc_Health_V1_Health.Client(wrapping: client)
                var request = Grpc_Health_V1_HealthCheckRequest()
                for service in ["", "assay.v1.Jobs"] {
                    request.service = service
                    let answer = try await health.check(request)
                    #expect(answer.status == .serving)
                }
                request.service = "unheard.of"
                await #expect(throws: RPCError.self) { try await health.check(request) }
            }
        }
    }

    @Test func `a second head on the same state is refused with a sentence`() async throws {
        let scratch = try ScratchDirectory()
        let error = await #expect(throws: HostError.self) {
            try await TestHead.with(state: scratch.path) { _ in
                try await TestHead.with(state: scratch.path) { _ in }
            }
        }
        #expect(error?.description.contains("another head uses the state directory") == true)
    }

    @Test func `a head whose state goes with its session writes no data to its directory`()
        async throws
    {
        let scratch = try ScratchDirectory()
        let cluster = try TestCluster()
        let settings = HeadSettings(
            listener: ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0))),
            state: .session, session: .init(temporaryDirectory: scratch.path, ending: .removed))
        try await CoordinatorDaemon.with(
            settings, credentials: try cluster.issue(.head, "head"), log: .silent
        ) { port in
            let place = HostAndPort(host: "127.0.0.1", port: port)
            let head = TestHead(cluster: cluster, place: place)
            let canary = Array("canary-5c0e".utf8)
            let blob = Blob(
                digest: Digest(sha256: Array(SHA256.hash(data: canary))),
                size: UInt64(canary.count))
            try await head.asking(as: .user) { client in
                _ = try await TestHead.upload(canary, as: blob, to: client)
                var request = Assay_V1_StatBlobsRequest()
                request.digests = [blob.digest.description]
                let answer = try await Assay_V1_Blobs.Client(wrapping: client).stat(request)
                #expect(answer.present.count == 1)
            }
            let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
            #expect(files.contains { $0.hasSuffix("journal.sqlite") })
            for file in files {
                let bytes = FileManager.default.contents(atPath: scratch.file(file)) ?? Data()
                #expect(bytes.range(of: Data(canary)) == nil, "\(file) holds the data")
            }
        }
    }

    @Test func `half-written blobs are removed before the journal needs the room`() async throws {
        let scratch = try ScratchDirectory()
        for name in ["state", "state/blobs", "state/blobs/drafts"] {
            try FileManager.default.createDirectory(
                atPath: scratch.file(name), withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        }
        try Data([1]).write(to: URL(filePath: scratch.file("state/blobs/drafts/1")))
        // Text is no journal: the start fails there, as it would on a full disk.
        let journal = scratch.file("state/journal.sqlite")
        try Data(repeating: 65, count: 4096).write(to: URL(filePath: journal))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: journal)
        await #expect(throws: JournalError.self) {
            try await TestHead.with(state: scratch.file("state")) { _ in }
        }
        #expect(try scratch.names(in: "state/blobs/drafts").isEmpty)
    }

    @Test func `only a head's certificate starts a head, and nothing is left behind`() async throws
    {
        let scratch = try ScratchDirectory()
        let settings = HeadSettings(
            listener: ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0))),
            state: .session, session: .init(temporaryDirectory: scratch.path, ending: .removed))
        await #expect(throws: CredentialError.self) {
            try await CoordinatorDaemon.with(
                settings, credentials: try TestCluster().issue(.worker, "w1"),
                log: .silent
            ) { _ in }
        }
        #expect(try scratch.names().isEmpty)
    }
}
