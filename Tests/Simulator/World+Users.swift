import CoordinatorCore
import Wire

/// People who submit jobs, try again when nobody answers, and sometimes change their minds.
struct Users {
    private var submissions: [State]
    private var requests: [RequestID: Int] = [:]
    private var joiners: [RequestID: SerialNumber] = [:]
    private var requestCount: UInt64 = 0

    struct State {
        var job: JobID?
    }

    init(_ submissions: [Plan.Submission]) {
        self.submissions = submissions.map { _ in State() }
    }

    var allAnswered: Bool { self.submissions.allSatisfy { $0.job != nil } }

    func job(of submission: Int) -> JobID? { self.submissions[submission].job }

    mutating func ask(for submission: Int) -> RequestID {
        self.requestCount += 1
        let request = RequestID(rawValue: self.requestCount)
        self.requests[request] = submission
        return request
    }

    mutating func ask(toJoinBy serial: SerialNumber) -> RequestID {
        self.requestCount += 1
        let request = RequestID(rawValue: self.requestCount)
        self.joiners[request] = serial
        return request
    }

    mutating func askForClearance() -> RequestID {
        self.requestCount += 1
        return RequestID(rawValue: self.requestCount)
    }

    /// The invitation that an answer is about; nil for a submission.
    func invitation(of request: RequestID) -> SerialNumber? { self.joiners[request] }

    /// Every answer to the same key must name the same job; the invariants look at that.
    mutating func hear(_ answer: Answer, to request: RequestID) {
        guard let submission = self.requests.removeValue(forKey: request),
            case .accepted(let job) = answer
        else { return }
        let known = self.submissions[submission].job
        precondition(known == nil || known == job, "one key has become \(job) and another job")
        self.submissions[submission].job = job
    }
}

extension World {
    mutating func submit(_ index: Int) {
        let submission = self.plan.submissions[index]
        let request = self.users.ask(for: index)
        // The answer may be lost with the head; sometimes a user is simply impatient.
        let isKnown = self.users.job(of: index) != nil
        if !isKnown { self.plan(.userSubmits(index), in: self.chance.duration(200...2000)) }
        self.tellHead(
            .submit(
                submission.spec, owner: submission.owner, key: submission.key, request: request))
    }

    mutating func cancel(_ index: Int) {
        guard let job = self.users.job(of: index) else { return }
        let request = self.users.ask(for: index)
        self.tellHead(.cancel(job, reason: "changed my mind", request: request))
    }
}
