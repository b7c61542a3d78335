extension CommandPolicy {
    init(_ message: Assay_Link_V1_CommandPolicy) throws(WireError) {
        let names = try Checked.count(
            message.holders, "commands.holders", upTo: Limits.policyUsersMax)
        let holders = try Checked.map(names) { (name) throws(WireError) in
            try Checked.holder(name, "commands.holders")
        }
        guard !message.everybody || holders.isEmpty else {
            throw WireError("commands.holders", "names some, and everybody is admitted")
        }
        let users: Users =
            message.everybody ? .everybody : holders.isEmpty ? .nobody : .some(Set(holders))
        self.init(
            users: users, allowsNetwork: message.network,
            most: users == .nobody ? .mostStandard : try CommandResources(message.most))
    }

    var message: Assay_Link_V1_CommandPolicy {
        var message = Assay_Link_V1_CommandPolicy()
        switch self.users {
        case .nobody: break
        case .everybody: message.everybody = true
        case .some(let holders): message.holders = holders.map(\.description).sorted()
        }
        message.network = self.allowsNetwork
        if self.users != .nobody { message.most = self.most.message }
        return message
    }
}

extension Progress {
    package init(_ message: Assay_Link_V1_Progress) throws(WireError) {
        let scores = try Checked.count(
            message.scores, "progress.scores", upTo: Limits.scoresMax)
        self.init(
            step: message.step,
            scores: try Checked.map(scores) { (score) throws(WireError) in try Score(score) })
    }

    package var message: Assay_Link_V1_Progress {
        var message = Assay_Link_V1_Progress()
        message.step = self.step
        message.scores = self.scores.map(\.message)
        return message
    }
}

extension Verdict {
    init(_ message: Assay_Link_V1_Verdict) throws(WireError) {
        self.init(
            try Lease(message.lease), step: message.step,
            try Checked.choice(message.ruling, "verdict.ruling"))
    }

    var message: Assay_Link_V1_Verdict {
        var message = Assay_Link_V1_Verdict()
        message.lease = self.lease.message
        message.step = self.step
        message.ruling = self.ruling.rawValue
        return message
    }
}
