import CoordinatorCore
import Testing
import Wire

/// Proofs and the budget of time.
@Suite struct ProofTimeTests {
    @Test func `time is kept for the winner's second run and for two refits`() {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        desk.submit(.table(), time: .seconds(60))
        desk.propose()
        desk.finish("w1", desk.leases(of: "w1")[0], .scored(0.5, wall: .seconds(4)))
        desk.propose()
        // Twice a half more than a fold's share of four seconds, and four seconds and a quarter;
        // the first trial may have read the table all the time.
        let reserve = Duration.milliseconds(250 + 4000 + 2 * 1500 + 5000)
        #expect(desk.coordinator.nextDeadline == desk.now + (.seconds(60) - reserve))
    }

    @Test func `a winner that is not proved in time is fitted unproved`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), time: .seconds(60))
        desk.propose()
        desk.finish("w1", desk.leases(of: "w1")[0], .scored(0.5, wall: .seconds(4)))
        desk.propose()
        desk.pass(.seconds(52))
        // The second run is with the other worker, which does not answer.
        #expect(desk.assignments(to: "w2").map(\.lease.trial.index) == [0])
        #expect(desk.coordinator.job(job)?.stage != "refit")
        desk.pass(.seconds(5))
        let refit = try #require(desk.leases(of: "w1").first)
        #expect(desk.coordinator.job(job)?[refit.trial.index]?.spec.step == .refit)
        desk.finish("w1", refit, .model)
        #expect(desk.assignments(to: "w2").map(\.spec.step) == [.refit])

        desk.pass(.seconds(3))
        let record = try #require(desk.ended(job))
        #expect(record.state == .succeeded)
        #expect(record.proof == Proof(scores: nil, model: nil))
        #expect(record.corroboration.unanswered == 2)
    }

    @Test func `a model waits for no proof once the budget's time is used`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), time: .seconds(60))
        desk.propose()
        desk.finish("w1", desk.leases(of: "w1")[0], .scored(0.5, wall: .seconds(4)))
        desk.pass(.seconds(59))
        desk.now = desk.now + .seconds(2)
        let refit = try #require(desk.leases(of: "w1").first)
        desk.finish("w1", refit, .model)
        #expect(desk.ended(job)?.state == .succeeded)
        #expect(desk.ended(job)?.proof?.model == nil)
    }

    @Test func `a second run goes to another worker when its own is lost`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 2)
        desk.work(["w1"])
        desk.work(["w2"])
        // Whoever did not win holds the second run; it goes away for good.
        let holder = try #require(["w1", "w2"].first { !desk.leases(of: $0).isEmpty })
        desk.connect("w3")
        desk.disconnect(holder)
        desk.pass(.seconds(10))
        #expect(desk.leases(of: "w3").map(\.trial.index) == [1])
        #expect(desk.coordinator.job(job)?.checks[1]?.isOpen == true)
    }

    @Test func `a job does not wait for a proof that nobody can give`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 4)
        desk.work(["w1", "w2"]) { desk, name, trial, spec in
            if desk.journal.contains(.doubted(trial, .winner)) { return nil }
            return Desk.truth(of: trial)
        }
        let holder = try #require(["w1", "w2"].first { !desk.leases(of: $0).isEmpty })
        let other = holder == "w1" ? "w2" : "w1"
        desk.disconnect(holder)
        // It may come back; then it is forgotten.
        #expect(desk.coordinator.job(job)?.stage != "refit")
        desk.pass(.seconds(10))
        let refit = try #require(desk.leases(of: other).first)
        desk.finish(other, refit, .model)
        #expect(desk.ended(job)?.state == .succeeded)
        #expect(desk.ended(job)?.proof == Proof(scores: nil, model: nil))
    }

    @Test func `a second run that is lost again and again is left`() {
        var desk = Desk.doubting(0)
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        let job = desk.submit(.table(), trials: 3)
        for _ in 0..<20 {
            desk.propose()
            for name in ["w1", "w2", "w3"] {
                guard let lease = desk.leases(of: name).first else { continue }
                let record = desk.coordinator.job(job)
                if record?.checks[lease.trial.index]?.isOpen == true {
                    desk.lose(name, lease)
                } else if record?[lease.trial.index]?.spec.step == .refit {
                    desk.finish(name, lease, .model)
                } else {
                    desk.finish(name, lease, Desk.truth(of: lease.trial))
                }
            }
        }
        #expect(desk.ended(job)?.state == .succeeded)
        #expect(desk.ended(job)?.corroboration.unanswered == 2)
    }
}
