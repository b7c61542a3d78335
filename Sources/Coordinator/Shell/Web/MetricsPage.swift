import CoordinatorCore
import Synchronization
import Transport
import Wire

/// Gathers what Prometheus asks for. Numbers and words of ours only: no metric names a job, a user,
/// a worker or a column, so that their number is fixed and nothing private can get into one.
struct MetricsPage: Sendable {
    let loop: CoordinatorLoop
    let readiness: Readiness
    let sessions: WorkerSessions
    let blobs: BlobStore
    let journal: any Journal
    /// Set once the server exists, which needs its pages first.
    let connections: LateConnections

    /// What the server counts, handed in when there is one.
    final class LateConnections: Sendable {
        private let content = Mutex<(table: ConnectionTable, calls: CallTally)?>(nil)

        func set(_ table: ConnectionTable, _ calls: CallTally) {
            self.content.withLock { $0 = (table, calls) }
        }
        var value: ConnectionTable? { self.content.withLock { $0?.table } }
        var calls: CallTally? { self.content.withLock { $0?.calls } }
    }

    func text() async throws -> String {
        var page = PrometheusText()
        page.add(
            "assay_ready", .gauge, "Whether the head takes work.",
            self.readiness.state == .ready ? 1 : 0)
        // While the journal is replayed the coordinator cannot answer yet.
        if self.readiness.state != .replaying {
            Self.add(try await self.loop.ask(Census.init), to: &page)
        }
        self.addLoop(to: &page)
        self.addStores(to: &page)
        self.addConnections(to: &page)
        Self.addProcess(try await FileThreads.run(ProcessStatistics.read), to: &page)
        return page.text
    }

    /// What the coordinator's records add up to.
    private struct Census: Sendable {
        var jobs = 0
        var queued = 0
        var leased = 0
        var nodes: [NodeRecord.State: Int] = [:]
        var slots = 0
        var held = 0

        init(_ coordinator: Coordinator) {
            for job in coordinator.jobs {
                self.jobs += 1
                self.queued += job.counts.queued
                self.leased += job.counts.leased
            }
            for node in coordinator.nodes {
                self.nodes[node.state, default: 0] += 1
                guard node.state == .ready else { continue }
                self.slots += node.capacity.slots
                self.held += node.held
            }
        }
    }

    private static func add(_ census: Census, to page: inout PrometheusText) {
        page.add("assay_jobs_live", .gauge, "Jobs that have not ended.", census.jobs)
        page.add(
            "assay_trials_live", .gauge, "Trials of live jobs without an outcome, by state.",
            [
                .init(["state": "queued"], census.queued),
                .init(["state": "leased"], census.leased),
            ])
        page.add(
            "assay_nodes", .gauge, "Workers by state.",
            [NodeRecord.State.ready, .draining, .quarantined, .lost].map { state in
                .init(["state": state.rawValue], census.nodes[state] ?? 0)
            })
        page.add("assay_slots", .gauge, "Slots of the workers that take trials.", census.slots)
        page.add(
            "assay_trials_assigned", .gauge, "Trials in the hands of workers that take trials.",
            census.held)
    }

    private func addLoop(to page: inout PrometheusText) {
        let metrics = self.loop.metrics
        page.add(
            "assay_events_total", .counter, "Events that the coordinator has handled.",
            metrics.events.load(ordering: .relaxed))
        page.add(
            "assay_facts_total", .counter, "Facts that were made durable.",
            metrics.facts.load(ordering: .relaxed))
        page.add(
            "assay_trials_finished_total", .counter, "Outcomes that were made durable, by kind.",
            [
                .init(["outcome": "scored"], metrics.scored.load(ordering: .relaxed)),
                .init(["outcome": "failed"], metrics.failed.load(ordering: .relaxed)),
            ])
        page.add(
            "assay_leases_lost_total", .counter,
            "Attempts of trials that ended without an outcome.",
            metrics.lost.load(ordering: .relaxed))
        metrics.proofs.add(to: &page)
        page.add("assay_loop_waiting", .gauge, "Events that wait for the loop.", self.loop.waiting)
        page.add("assay_batch_events", "Events handled in one turn of the loop.", metrics.batchSize)
        page.add(
            "assay_commit_seconds", "How long one durable commit took.", metrics.commitSeconds)
    }

    private func addStores(to page: inout PrometheusText) {
        let held = self.blobs.held
        page.add("assay_blobs", .gauge, "Blobs in the store.", held.blobs)
        page.add("assay_blob_bytes", .gauge, "Bytes of all blobs in the store.", held.bytes)
        page.add(
            "assay_epoch", .gauge, "How often a head has started on this journal.",
            self.journal.epoch)
    }

    private func addConnections(to page: inout PrometheusText) {
        page.add(
            "assay_worker_sessions", .gauge, "Control links of workers that stand.",
            self.sessions.count)
        page.add(
            "assay_links_cut_total", .counter,
            "Links of workers that were ended, by what the worker did.",
            WorkerSessions.Cut.allCases.map { cause in
                .init(["cause": cause.rawValue], self.sessions.cuts(for: cause))
            })
        guard let table = self.connections.value else { return }
        let all = table.all
        page.add(
            "assay_connections", .gauge, "Open connections by protocol.",
            ApplicationProtocol.allCases.map { application in
                .init(
                    ["protocol": application.rawValue],
                    all.count { $0.application == application })
            } + [.init(["protocol": "none"], all.count { $0.application == nil })])
        let tally = table.tally
        page.add(
            "assay_connections_accepted_total", .counter, "Connections that were accepted.",
            tally.accepted)
        page.add(
            "assay_connections_refused_total", .counter,
            "Connections that never got in, by cause.",
            ConnectionTally.Refusal.allCases.map { .init(["cause": $0.rawValue], tally[$0]) })
        page.add(
            "assay_connections_cut_total", .counter,
            "Connections of proved peers that were ended, by cause.",
            ConnectionTally.Cause.allCases.map { .init(["cause": $0.rawValue], tally[$0]) })
        guard let calls = self.connections.calls else { return }
        page.add(
            "assay_calls_total", .counter, "Calls of the API, by the status that they ended with.",
            CallTally.codes.map { .init(["code": $0], calls[$0]) })
    }

    private static func addProcess(_ process: ProcessStatistics, to page: inout PrometheusText) {
        page.add(
            "process_cpu_seconds_total", .counter, "User and system CPU time, in seconds.",
            process.cpuSeconds)
        page.add(
            "process_resident_memory_bytes", .gauge, "Resident memory, in bytes.",
            process.residentBytes)
        page.add("process_open_fds", .gauge, "Open file descriptors.", process.openDescriptors)
        page.add(
            "process_max_fds", .gauge, "File descriptors that may be open.", process.descriptorsMax)
    }
}
