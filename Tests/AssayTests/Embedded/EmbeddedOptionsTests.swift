import ArgumentParser
import Host
import Testing
import WorkerShell

@testable import assay

@Suite struct EmbeddedOptionsTests {
    private func settings(
        _ arguments: [String], workers: Int = 1
    ) throws -> EmbeddedCluster.Settings {
        try EmbeddedOptions.parse(arguments).settings(workers: workers)
    }

    @Test func `one worker has a slot for each processor`() throws {
        #expect(try self.settings([]).slots == [WorkerSettings.processors])
    }

    @Test(arguments: [
        (8, 2, [4, 4]), (3, 2, [2, 1]), (2, 2, [1, 1]), (1, 2, [1, 1]), (7, 3, [3, 2, 2]),
    ]) func `several workers share the processors, and none is left without a slot`(
        processors: Int, workers: Int, shares: [Int]
    ) {
        #expect(EmbeddedOptions.shares(of: processors, among: workers) == shares)
    }

    @Test func `slots that are given are those of each worker`() throws {
        #expect(try self.settings(["--slots", "3"], workers: 2).slots == [3, 3])
        #expect(try self.settings(["--workers", "3", "--slots", "1"]).slots == [1, 1, 1])
    }

    @Test(arguments: [["--workers", "0"], ["--workers", "65"], ["--slots", "0"]])
    func `no worker and no slot is a mistake`(arguments: [String]) throws {
        let options = try EmbeddedOptions.parse(arguments)
        let error = #expect(throws: CommandError.self) { try options.settings(workers: 1) }
        #expect(error?.exit == .usage)
        #expect(error?.description.hasPrefix(arguments[0]) == true)
    }

    @Test func `a run keeps its session directory only if it is told to`() throws {
        let kept = try #require(
            try Assay.parseAsRoot(["run", "a.yaml", "--retain"]) as? RunCommand)
        #expect(kept.retain)
        let usual = try #require(try Assay.parseAsRoot(["run", "a.yaml"]) as? RunCommand)
        #expect(!usual.retain)
        #expect(try self.settings([]).ending == .removed)
        let settings = try EmbeddedOptions.parse([]).settings(workers: 1, ending: .retained)
        #expect(settings.ending == .retained)
    }
}
