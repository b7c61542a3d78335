import Foundation
import Glibc
import LiveCluster
import Testing

/// Everything is killed at any moment; then somebody looks through the disk.
@Suite(.serialized) struct LeftoverAttacks {
    /// `make attack` kills as often as it takes to meet rare moments.
    private static let kills = Attack.isWhole ? 200 : 20

    @Test func `after kills at random moments nothing private is in any file`() async throws {
        let scene = try await LeftoverScene(seed: 7)
        defer { scene.killAll() }
        try await scene.submit()
        for round in 0..<Self.kills {
            try await scene.keepBusy()
            try await scene.strike(round)
            if round.isMultiple(of: 5) { try await scene.lookAtTheLiving() }
        }
        print("ATTACK leftovers: \(scene.struck.sorted { $0.key < $1.key })")
        #expect(scene.struck.count == 4, "every kind of process was struck: \(scene.struck)")

        // Nothing that was acknowledged is lost, whoever died.
        let jobs = try await scene.jobs()
        #expect(Set(jobs).isSuperset(of: scene.acknowledged))
        for job in jobs {
            let ended = try await scene.cluster.ask(["watch", job])
            #expect(ended["state"] as? String == "succeeded", "\(ended)")
        }
        try await scene.lookAtTheLiving()
        try await scene.end()
        #expect(try scene.findings(in: ["state", "logs", "temp", "cache"]) == [])
        #expect(try scene.leftDirectories() == [])
        #expect(scene.cores() == [])
    }

    /// A worker lets nobody but root see what it has open.
    private static let seesDescriptors = ConditionTrait.enabled(
        if: geteuid() == 0, "not root: what a worker spilled was not looked at")

    @Test(seesDescriptors)
    func `a killed worker's spill is gone with it, and was never to be read`() async throws {
        let scene = try await LeftoverScene(seed: 11)
        defer { scene.killAll() }
        try await scene.submit()
        // Its disk is in use once it holds files that have no name any more.
        let spiller = scene.spiller
        while !scene.hasUnnamedFiles(spiller.pid) {
            try #require(kill(spiller.pid, 0) == 0, "the worker has ended: \(spiller.errors)")
            try await scene.keepBusy()
        }
        #expect(try scene.findings(in: ["cache", "temp"]) == [])
        #expect(scene.findingsInUnnamedFiles(spiller.pid) == [])
        spiller.send(SIGKILL)
        #expect(await spiller.status == 128 + SIGKILL)
        #expect(try scene.findings(in: ["cache", "temp"]) == [])
    }
}
