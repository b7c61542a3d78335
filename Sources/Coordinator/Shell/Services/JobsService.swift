import CoordinatorCore
package import GRPCCore
import Logging
import Transport
package import Wire

/// Jobs: submitting, asking, watching, cancelling.
package struct JobsService: Assay_V1_Jobs.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let admission: Admission
    let directory: JobDirectory
    let blobs: BlobStore
    let log: Logger

    package func submit(
        request: Assay_V1_SubmitRequest, context: ServerContext
    ) async throws -> Assay_V1_Job {
        let caller = try Caller(context)
        return try await answering(self.log) {
            let admitted = try await self.admission.judge(request, from: caller.owner)
            let verb = admitted.spec.kind.verb
            try caller.demand(verb)
            let answer = await self.loop.request {
                .submit(admitted.spec, owner: caller.owner, key: admitted.key, request: $0)
            }
            switch answer {
            case .accepted(let job):
                try await context.permit(verb, .none, on: "job/\(job)")
                return try await self.directory.find(job)
            case .refused(let refusal): throw refusal
            case .done: preconditionFailure("a submission is accepted or refused")
            }
        }
    }

    package func get(
        request: Assay_V1_GetJobRequest, context: ServerContext
    ) async throws -> Assay_V1_Job {
        try await self.find(request.job, .readJob, context)
    }

    package func list(
        request: Assay_V1_ListJobsRequest, context: ServerContext
    ) async throws -> Assay_V1_ListJobsResponse {
        let caller = try Caller(context)
        let limit =
            request.limit == 0
            ? JobDirectory.listDefault : min(Int(request.limit), JobDirectory.listMax)
        return try await answering(self.log) {
            var response = Assay_V1_ListJobsResponse()
            response.jobs = try await self.directory.list(
                of: caller.visibleOwner(.listJobs), limit: limit)
            return response
        }
    }

    package func cancel(
        request: Assay_V1_CancelJobRequest, context: ServerContext
    ) async throws -> Assay_V1_Job {
        let caller = try Caller(context)
        let job = try JobDirectory.parse(request.job)
        _ = try await self.find(request.job, .cancelJob, context)
        return try await answering(self.log) {
            let answer = await self.loop.request {
                .cancel(job, reason: "cancelled by \(caller.owner)", request: $0)
            }
            if case .refused(let refusal) = answer { throw refusal }
            return try await self.directory.find(job)
        }
    }

    package func trials(
        request: Assay_V1_ListTrialsRequest, response: RPCWriter<Assay_V1_TrialPage>,
        context: ServerContext
    ) async throws {
        _ = try await self.find(request.job, .readJob, context)
        let job = try JobDirectory.parse(request.job)
        let limit = request.limit == 0 ? Int(Limits.trialsPerJobMax) : Int(request.limit)
        try await answering(self.log) {
            try await self.directory.trials(of: job, limit: limit) { try await response.write($0) }
        }
    }

    package func fetch(
        request: Assay_V1_FetchOutputRequest, response: RPCWriter<Assay_V1_Chunk>,
        context: ServerContext
    ) async throws {
        _ = try await self.find(request.job, .readJob, context)
        let trial = TrialID(try JobDirectory.parse(request.job), request.trial)
        try await answering(self.log) {
            guard let outputs = try await self.directory.outputs(of: trial) else {
                throw RPCError(code: .notFound, message: "there is no trial \(trial)")
            }
            guard let output = outputs.first(where: { $0.name == request.file }) else {
                let names = outputs.map(\.name).joined(separator: ", ")
                throw RPCError(
                    code: .notFound,
                    message: "the trial \(trial) has left no such file, but: \(names)")
            }
            try await self.blobs.stream(output.blob.digest, to: response)
        }
    }

    /// Events until the job has ended, at most ten a second, the last one at once.
    package func watch(
        request: Assay_V1_WatchJobRequest, response: RPCWriter<Assay_V1_JobEvent>,
        context: ServerContext
    ) async throws {
        _ = try await self.find(request.job, .readJob, context)
        let job = try JobDirectory.parse(request.job)
        try self.admission.demandTime()
        let feed = self.loop.makeFeed()
        defer { feed.end() }
        try await answering(self.log) {
            guard await self.loop.watch(job, feed) == .begun else {
                var event = Assay_V1_JobEvent()
                event.job = try await self.directory.find(job)
                return try await response.write(event)
            }
            while let events = await feed.next() {
                try await response.write(contentsOf: events)
                if events.contains(where: \.isLast) { return }
            }
            try Task.checkCancellation()
            throw RPCError(endOf: feed)
        }
    }

    package func run(
        request: RPCAsyncSequence<Assay_V1_SubmitRequest, any Error>,
        response: RPCWriter<Assay_V1_JobEvent>, context: ServerContext
    ) async throws {
        let caller = try Caller(context)
        try self.admission.demandTime()
        let run = JobRun(loop: self.loop, admission: self.admission, caller: caller) { verb, job in
            try context.note(verb, on: "job/\(job)")
        }
        try await answering(self.log) { try await run.serve(request, response) }
    }

    private func find(
        _ name: String, _ verb: Verb, _ context: ServerContext
    ) async throws -> Assay_V1_Job {
        let caller = try Caller(context)
        let job = try JobDirectory.parse(name)
        let found: Assay_V1_Job
        do throws(RPCError) {
            found = try await answering(self.log) { try await self.directory.find(job) }
        } catch {
            if error.code == .notFound { try context.noteMissing(verb, on: "job/\(job)") }
            throw error
        }
        try await caller.permit(verb, ownedBy: found.owner, on: "job/\(job)")
        return found
    }
}

extension Assay_V1_JobEvent {
    /// Nothing follows it: the job has ended or was never accepted.
    var isLast: Bool {
        !self.refusal.isEmpty || (self.hasJob && self.job.state != JobRecord.State.running.word)
    }
}

extension JobSpec.Kind {
    /// What submitting such a job is.
    var verb: Verb {
        switch self {
        case .idle, .learning: .submitJob
        case .command: .submitCommand
        }
    }
}
