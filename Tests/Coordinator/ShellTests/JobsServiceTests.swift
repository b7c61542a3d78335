import CoordinatorShell
import GRPCCore
import Testing
import Transport
import Wire

@Suite struct JobsServiceTests {
    @Test func `a job runs to its end and is known afterwards`() async throws {
        try await TestHead.with { head in
            let link = try await TestWorker().connect(to: head)
            try await head.asking(as: .user) { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                let job = try await jobs.submit(TestHead.submission(Sample.idle(trials: 500)))
                #expect(job.id == "j1")
                #expect(job.owner == "user/ada")

                let last = try await Self.lastEvent(of: job.id, jobs)
                #expect(last?.job.state == "succeeded")
                #expect(last?.job.trials.scored == 500)

                var get = Assay_V1_GetJobRequest()
                get.job = job.id
                let found = try await jobs.get(get)
                #expect(found.trials.scored == 500)
                let list = try await jobs.list(Assay_V1_ListJobsRequest())
                #expect(list.jobs.map(\.id) == ["j1"])
            }
            link.close()
        }
    }

    @Test func `each trial is in one page of the trials of an ended job`() async throws {
        try await TestHead.with { head in
            let link = try await TestWorker().connect(to: head)
            try await head.asking(as: .user) { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                let job = try await jobs.submit(TestHead.submission(Sample.idle(trials: 2500)))
                _ = try await Self.lastEvent(of: job.id, jobs)
                var request = Assay_V1_ListTrialsRequest()
                request.job = job.id
                let indices = try await jobs.trials(request) { response in
                    var indices: [UInt32] = []
                    for try await page in response.messages { indices += page.trials.map(\.index) }
                    return indices
                }
                #expect(indices == Array(0..<2500))
            }
            link.close()
        }
    }

    @Test func `one stream runs many jobs and each has one last event`() async throws {
        try await TestHead.with { head in
            let link = try await TestWorker().connect(to: head)
            let keys = (0..<50).map { "key-\($0)" }
            let ends = try await head.asking(as: .user) { client in
                try await Assay_V1_Jobs.Client(wrapping: client).run { writer in
                    for key in keys {
                        try await writer.write(
                            TestHead.submission(Sample.idle(trials: 1), key: key))
                    }
                } onResponse: { response in
                    var ends: [String] = []
                    for try await event in response.messages
                    where event.job.state == "succeeded" { ends.append(event.key) }
                    return ends
                }
            }
            #expect(ends.sorted() == keys.sorted())
            link.close()
        }
    }

    @Test func `a bad submission on a stream is refused and the stream goes on`() async throws {
        try await TestHead.with { head in
            let link = try await TestWorker().connect(to: head)
            let events = try await head.asking(as: .user) { client in
                try await Assay_V1_Jobs.Client(wrapping: client).run { writer in
                    var bad = TestHead.submission(key: "bad")
                    bad.spec.priority = 1000
                    try await writer.write(bad)
                    try await writer.write(TestHead.submission(key: "good"))
                } onResponse: { response in
                    var events: [Assay_V1_JobEvent] = []
                    for try await event in response.messages { events.append(event) }
                    return events
                }
            }
            #expect(events.first { $0.key == "bad" }?.refusal == "spec.priority is not in 0 to 100")
            #expect(events.last { $0.key == "good" }?.job.state == "succeeded")
            link.close()
        }
    }

    @Test func `a key that is too long is refused and not said back`() async throws {
        try await TestHead.with { head in
            let keys = [Limits.nameBytesMax, Limits.nameBytesMax + 1].map {
                String(repeating: "k", count: $0)
            }
            let events = try await head.asking(as: .user) { client in
                try await Assay_V1_Jobs.Client(wrapping: client).run { writer in
                    for key in keys {
                        var bad = TestHead.submission(key: key)
                        bad.spec.priority = 1000
                        try await writer.write(bad)
                    }
                } onResponse: { response in
                    var events: [Assay_V1_JobEvent] = []
                    for try await event in response.messages { events.append(event) }
                    return events
                }
            }
            #expect(events.map(\.key) == [keys[0], ""])
            #expect(events.last?.refusal.hasPrefix("key is longer than") == true)
        }
    }

    @Test func `the same key is the same job, also after a restart and its end`() async throws {
        let scratch = try ScratchDirectory()
        let cluster = try TestCluster()
        for _ in 1...2 {
            try await TestHead.with(state: scratch.path, cluster: cluster) { head in
                let link = try await TestWorker().connect(to: head)
                try await head.asking(as: .user) { client in
                    let jobs = Assay_V1_Jobs.Client(wrapping: client)
                    let first = try await jobs.submit(TestHead.submission(key: "mine"))
                    _ = try await Self.lastEvent(of: first.id, jobs)
                    let second = try await jobs.submit(TestHead.submission(key: "mine"))
                    #expect(first.id == "j1")
                    #expect(second.id == "j1")
                    #expect(second.state == "succeeded")
                }
                link.close()
            }
        }
    }

    @Test func `a job that was accepted runs after a restart`() async throws {
        let scratch = try ScratchDirectory()
        let cluster = try TestCluster()
        try await TestHead.with(state: scratch.path, cluster: cluster) { head in
            try await head.asking(as: .user) { client in
                _ = try await Assay_V1_Jobs.Client(wrapping: client).submit(TestHead.submission())
            }
        }
        try await TestHead.with(state: scratch.path, cluster: cluster) { head in
            let link = try await TestWorker().connect(to: head)
            try await head.asking(as: .user) { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                let last = try await Self.lastEvent(of: "j1", jobs)
                #expect(last?.job.state == "succeeded")
            }
            link.close()
        }
    }

    @Test func `a cancelled job ends with the reason, and its watcher hears it`() async throws {
        try await TestHead.with { head in
            try await head.asking(as: .user) { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                let job = try await jobs.submit(TestHead.submission())
                var cancel = Assay_V1_CancelJobRequest()
                cancel.job = job.id
                let cancelled = try await jobs.cancel(cancel)
                #expect(cancelled.state == "cancelled")
                #expect(cancelled.reason == "cancelled by user/ada")
                let last = try await Self.lastEvent(of: job.id, jobs)
                #expect(last?.job.state == "cancelled")
                await #expect(throws: RPCError.self) { try await jobs.cancel(cancel) }
            }
        }
    }

    @Test func `a lesson's blobs must be there before the job`() async throws {
        try await TestHead.with { head in
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(as: .user) { client in
                    try await Assay_V1_Jobs.Client(wrapping: client)
                        .submit(TestHead.submission(Sample.lesson))
                }
            }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message.contains("upload it first") == true)
        }
    }

    @Test func `what breaks a rule is refused with the field and the rule`() async throws {
        try await TestHead.with { head in
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(as: .user) { client in
                    var request = TestHead.submission()
                    request.spec.idle.trials = 0
                    return try await Assay_V1_Jobs.Client(wrapping: client).submit(request)
                }
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.hasPrefix("idle.trials is not in 1 to") == true)
        }
    }

    static func lastEvent(
        of job: String, _ jobs: Assay_V1_Jobs.Client<some ClientTransport>
    ) async throws -> Assay_V1_JobEvent? {
        var request = Assay_V1_WatchJobRequest()
        request.job = job
        return try await jobs.watch(request) { response in
            var last: Assay_V1_JobEvent?
            for try await event in response.messages { last = event }
            return last
        }
    }
}
