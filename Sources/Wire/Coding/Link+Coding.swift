extension Lease {
    package init(_ message: Assay_Link_V1_Lease) throws(WireError) {
        guard message.job > 0 else { throw WireError("lease.job", "is missing") }
        self.init(
            TrialID(JobID(message.job), message.trial), LeaseNumber(rawValue: message.number))
    }

    package var message: Assay_Link_V1_Lease {
        var message = Assay_Link_V1_Lease()
        message.job = self.trial.job.number
        message.trial = self.trial.index
        message.number = self.number.rawValue
        return message
    }

    static func list(_ messages: [Assay_Link_V1_Lease]) throws(WireError) -> [Lease] {
        try Checked.map(try Checked.count(messages, "leases")) { (lease) throws(WireError) in
            try Lease(lease)
        }
    }
}

extension Hello {
    init(_ message: Assay_Link_V1_Hello) throws(WireError) {
        self.init(
            protocolVersion: message.`protocol`,
            version: try Checked.optionalText(message.version, "hello.version"),
            capacity: Capacity(
                slots: try Checked.number(
                    message.capacity.slots, "hello.capacity.slots", in: 1...Limits.slotsMax),
                memoryBytes: message.capacity.memoryBytes),
            held: try Lease.list(message.held),
            blobs: try Checked.map(try Checked.count(message.blobs, "hello.blobs")) {
                (digest) throws(WireError) in
                try Checked.digest(digest, "hello.blobs")
            },
            environmentClass: try Checked.optionalText(
                message.environmentClass, "hello.environment_class"),
            commands: try CommandPolicy(message.commands))
    }

    var message: Assay_Link_V1_Hello {
        var message = Assay_Link_V1_Hello()
        message.`protocol` = self.protocolVersion
        message.version = self.version
        message.capacity.slots = UInt32(self.capacity.slots)
        message.capacity.memoryBytes = self.capacity.memoryBytes
        message.held = self.held.map(\.message)
        message.blobs = self.blobs.map(\.description)
        message.environmentClass = self.environmentClass
        if self.commands != .none { message.commands = self.commands.message }
        return message
    }
}

extension Welcome {
    init(_ message: Assay_Link_V1_Welcome) throws(WireError) {
        self.init(
            session: SessionNumber(rawValue: message.session),
            keep: try Lease.list(message.keep), drop: try Lease.list(message.drop))
    }

    var message: Assay_Link_V1_Welcome {
        var message = Assay_Link_V1_Welcome()
        message.session = self.session.rawValue
        message.keep = self.keep.map(\.message)
        message.drop = self.drop.map(\.message)
        return message
    }
}

extension AssignmentGroup {
    init(_ message: Assay_Link_V1_AssignmentGroup) throws(WireError) {
        let assignments = try Checked.count(message.assignments, "group.assignments")
        self.init(
            trialClass: try TrialClass(message.trialClass),
            assignments: try Checked.map(assignments) { (assignment) throws(WireError) in
                Assignment(
                    lease: try Lease(assignment.lease), spec: try TrialSpec(assignment.spec),
                    timeLimit: assignment.timeLimitNanoseconds == 0
                        ? nil : Duration(nanoseconds: assignment.timeLimitNanoseconds))
            })
    }

    var message: Assay_Link_V1_AssignmentGroup {
        var message = Assay_Link_V1_AssignmentGroup()
        message.trialClass = self.trialClass.message
        message.assignments = self.assignments.map { assignment in
            var message = Assay_Link_V1_Assignment()
            message.lease = assignment.lease.message
            message.spec = assignment.spec.message
            message.timeLimitNanoseconds = assignment.timeLimit?.nanoseconds ?? 0
            return message
        }
        return message
    }
}

extension Report {
    init(_ message: Assay_Link_V1_Report) throws(WireError) {
        let lease = try Lease(message.lease)
        switch try Checked.present(message.event, "report.event") {
        case .started: self.init(lease, .started)
        case .finished(let outcome): self.init(lease, .finished(try Outcome(outcome)))
        case .lost(let loss):
            let cause: Loss.Cause = try Checked.choice(loss.cause, "report.lost.cause")
            self.init(lease, .lost(Loss(cause, Checked.reason(loss.reason))))
        case .progressed(let progress):
            self.init(lease, .progressed(try Progress(progress)))
        }
    }

    var message: Assay_Link_V1_Report {
        var message = Assay_Link_V1_Report()
        message.lease = self.lease.message
        switch self.event {
        case .started: message.started = .init()
        case .finished(let outcome): message.finished = outcome.message
        case .lost(let loss):
            message.lost.cause = loss.cause.rawValue
            message.lost.reason = loss.reason
        case .progressed(let progress): message.progressed = progress.message
        }
        return message
    }
}
