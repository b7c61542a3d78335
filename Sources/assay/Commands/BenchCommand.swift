import ArgumentParser
import Host

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure what the cluster itself costs, by trials that do nothing.",
        discussion: """
            Without --head it measures an embedded cluster of two workers on this machine, CPU \
            time included; with --head and --certs a cluster that runs.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var cluster: EmbeddedOptions

    @Option(help: ArgumentHelp("Trials of the throughput job.", valueName: "count"))
    var trials: UInt32 = 20_000

    @Option(help: ArgumentHelp("Single trials, one after the other.", valueName: "count"))
    var roundTrips = 1000

    @Option(
        help: ArgumentHelp(
            "Megabytes sent to the head and on to a worker; 0 for none.", valueName: "count"))
    var bulk = 1024

    /// A cluster is what lies between several: one worker would leave the choice out.
    private static let workers = 2

    /// What `--json` prints.
    struct Report: Encodable, Sendable {
        let throughput: Measurement.Throughput
        let roundTrips: Measurement.RoundTrips
        /// From the client to where the head keeps it: an embedded one in memory.
        let upload: Measurement.Bulk?
        /// From there to a worker's sealed memory.
        let delivery: Measurement.Bulk?
    }

    func validate() throws {
        guard self.trials > 0, self.roundTrips > 0, (0...16_384).contains(self.bulk) else {
            throw ValidationError(
                "--trials and --round-trips must be 1 or more, --bulk 0 to 16384")
        }
    }

    func run() async throws {
        let report: Report
        if self.client.isGiven(environment: .process) {
            report = try await self.client.withHead { head in
                try await self.measure(head, countsCPU: .not)
            }
        } else {
            let settings = try self.cluster.settings(workers: Self.workers)
            report = try await EmbeddedCluster.run(settings) { head in
                try await self.measure(head, countsCPU: .ofThisTree)
            }
        }
        try self.output.print(report) { Self.text(report, $0.resultStyle) }
    }

    private enum CPU { case not, ofThisTree }

    private func measure(_ head: HeadClient, countsCPU cpu: CPU) async throws -> Report {
        var generator = SystemRandomNumberGenerator()
        let measurement = Measurement(head: head, run: generator.next())
        // Connections, runners and caches are warm before anything counts.
        _ = try await measurement.roundTrips(count: 20)
        let trips = try await measurement.roundTrips(count: self.roundTrips)
        let before = cpu == .ofThisTree ? ProcessTree.cpuSeconds() : 0
        var throughput = try await measurement.throughput(trials: self.trials)
        if cpu == .ofThisTree {
            throughput.cpuMillisecondsPerTrial =
                (ProcessTree.cpuSeconds() - before) * 1000 / Double(self.trials)
        }
        let bulk = self.bulk == 0 ? nil : try await measurement.bulk(bytes: self.bulk * 1_000_000)
        return Report(
            throughput: throughput, roundTrips: trips, upload: bulk?.upload,
            delivery: bulk?.delivery)
    }

    private static func text(_ report: Report, _ style: Style) -> String {
        var table = TextTable([("measured", .left), ("value", .right), ("of", .left)])
        let throughput = report.throughput
        table.add([
            "idle trials", Figures.rate(throughput.trialsPerSecond),
            "\(Figures.count(throughput.trials)) in one job, durable",
        ])
        if let cpu = throughput.cpuMillisecondsPerTrial {
            table.add([
                "CPU per trial", Figures.number((cpu * 1000).rounded()) + " µs",
                "head, workers and runners",
            ])
        }
        let trips = report.roundTrips
        for (name, value) in [
            ("p50", trips.p50Milliseconds), ("p90", trips.p90Milliseconds),
            ("p99", trips.p99Milliseconds),
        ] {
            table.add([
                "round trip \(name)", Figures.number((value * 1000).rounded() / 1000) + " ms",
                "\(Figures.count(trips.count)) single trials on one stream",
            ])
        }
        for (name, bulk, remark) in [
            ("to the head", report.upload, "digest checked"),
            ("to a worker", report.delivery, "digest checked, in sealed memory"),
        ] {
            guard let bulk else { continue }
            table.add([
                name, "\(Figures.count(Int(bulk.megabytesPerSecond.rounded()))) MB/s",
                "\(Figures.bytes(bulk.bytes)), \(remark)",
            ])
        }
        return table.text(style: style)
    }
}
