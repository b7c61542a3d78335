import CoordinatorShell
import Crypto
import NIOCore
import Testing
import Transport
import Wire

/// Blobs between head and workers: what a lease allows, whole and checked, and nothing else.
@Suite struct TransferTests {
    @Test func `a worker fetches what its trial reads, from any offset`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            for offset in [0, 100_000] as [UInt64] {
                link.send([
                    .fetch(Fetch(lease: world.lease, digest: world.data.digest, offset: offset))
                ])
                let answer = await bulk.next()
                #expect(answer.message == .blobFollows(world.data, offset: offset))
                let rest = Int(world.data.size - offset)
                #expect(await bulk.bytes(rest) == Array(Self.table[Int(offset)...]))
            }
            link.close()
        }
    }

    @Test func `a worker is not told of what its trial does not read`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            let other = Sample.blob(9).digest
            link.send([.fetch(Fetch(lease: world.lease, digest: other, offset: 0))])
            guard case .blobMissing(other, _) = await bulk.next().message else {
                return #expect(Bool(false), "a blob of nobody's business was sent")
            }
            link.close()
        }
    }

    @Test func `wishes that come all at once are answered one after the other`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            let fetch = Fetch(lease: world.lease, digest: world.data.digest, offset: 0)
            link.send(Array(repeating: .fetch(fetch), count: 5))
            for _ in 0..<5 {
                #expect(await bulk.next().message == .blobFollows(world.data, offset: 0))
                #expect(await bulk.bytes(Int(world.data.size)) == Self.table)
            }
            link.close()
        }
    }

    @Test func `what a trial made is stored once it is whole, and no user is told`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            let made = Array("the model".utf8)
            for bytes in [made, []] {
                let blob = Self.blob(bytes)
                link.send([.put(Put(lease: world.lease, blob: blob))])
                try await link.send(
                    .memory(ByteBuffer(bytes: bytes)), offset: 0, length: blob.size)
                #expect(await bulk.next().message == .blobStored(blob.digest))
            }
            try await world.head.asking(as: .user) { client in
                var request = Assay_V1_StatBlobsRequest()
                request.digests = [Self.blob(made).digest.description]
                let answer = try await Assay_V1_Blobs.Client(wrapping: client).stat(request)
                #expect(answer.present.isEmpty)
            }
            link.close()
        }
    }

    @Test func `bytes without their digest are refused, and the link goes on`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            let lie = Blob(digest: Sample.blob(7).digest, size: 4)
            link.send([.put(Put(lease: world.lease, blob: lie))])
            try await link.send(.memory(ByteBuffer(bytes: [1, 2, 3, 4])), offset: 0, length: 4)
            guard case .blobMissing(lie.digest, let reason) = await bulk.next().message else {
                return #expect(Bool(false), "a lie was stored")
            }
            #expect(reason.contains("do not have the digest"))

            let truth = Self.blob([5])
            link.send([.put(Put(lease: world.lease, blob: truth))])
            try await link.send(.memory(ByteBuffer(bytes: [5])), offset: 0, length: 1)
            #expect(await bulk.next().message == .blobStored(truth.digest))
            link.close()
        }
    }

    @Test func `a lease that is not the worker's opens nothing`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            let stolen = Lease(world.lease.trial, LeaseNumber(rawValue: 1))
            link.send([.fetch(Fetch(lease: stolen, digest: world.data.digest, offset: 0))])
            guard case .blobMissing = await bulk.next().message else {
                return #expect(Bool(false), "a made-up lease was believed")
            }
            link.close()
        }
    }

    @Test func `a session of another worker, or of nobody, opens no link for blobs`() async throws {
        try await Self.withLease { world in
            for (name, session) in [("w2", world.session), ("w1", SessionNumber(rawValue: 99))] {
                let bulk = BulkEnd()
                _ = try await bulk.connect(to: world.head, as: name, session: session)
                guard case .refused(let reason) = await bulk.next().message else {
                    return #expect(Bool(false), "\(name) opened \(session)")
                }
                #expect(reason == "\(session) is no session of \(name)")
            }
        }
    }

    @Test func `two wishes at once on one link are misconduct`() async throws {
        try await Self.withLease { world in
            let bulk = BulkEnd()
            let link = try await bulk.connect(to: world.head, session: world.session)
            link.send([
                .put(Put(lease: world.lease, blob: Self.blob([1, 2]))),
                .put(Put(lease: world.lease, blob: Self.blob([3, 4]))),
            ])
            #expect(
                await bulk.next().message
                    == .refused(reason: "a link for blobs carries one fetch or put at a time"))
        }
    }

    // MARK: Support

    struct World: Sendable {
        let head: TestHead
        let session: SessionNumber
        let lease: Lease
        let data: Blob
    }

    private static let table = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    private static func blob(_ bytes: [UInt8]) -> Blob {
        Blob(digest: Digest(sha256: Array(SHA256.hash(data: bytes))), size: UInt64(bytes.count))
    }

    /// A head with one learning job, of which one worker holds a trial.
    private static func withLease(_ body: @escaping @Sendable (World) async throws -> Void)
        async throws
    {
        try await TestHead.with { head in
            let worker = TestWorker(.byHand)
            let control = try await worker.connect(to: head, slots: 1)
            let welcome = try #require(await worker.welcome())
            let data = self.blob(self.table)
            let schema = self.blob([1])
            try await head.asking(as: .user) { client in
                _ = try await TestHead.upload(self.table, as: data, to: client)
                _ = try await TestHead.upload([1], as: schema, to: client)
                _ = try await Assay_V1_Jobs.Client(wrapping: client).submit(
                    TestHead.submission(Sample.lesson(data: data, schema: schema)))
            }
            let assignment = try #require(await worker.assignment())
            try await body(
                World(
                    head: head, session: welcome.session, lease: assignment.lease, data: data))
            control.close()
        }
    }
}
