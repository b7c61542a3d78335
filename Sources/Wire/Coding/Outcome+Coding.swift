extension Outcome {
    package init(_ message: Assay_V1_Outcome) throws(WireError) {
        let cost = Cost(message.cost)
        switch message.kind {
        case .scored(let scored):
            let scores = try Checked.count(
                scored.scores, "scored.scores", upTo: Limits.scoresMax)
            let outputs = try Checked.count(
                scored.outputs, "scored.outputs", upTo: Limits.blobsPerTrialMax)
            let members = try Checked.count(
                scored.members, "scored.members", upTo: Limits.companionsMax + 1)
            self.init(
                .scored(
                    scores: try Checked.map(scores) { (score) throws(WireError) in
                        try Score(score)
                    },
                    outputs: try Checked.map(outputs) { (output) throws(WireError) in
                        try Output(output)
                    }),
                cost: cost,
                members: try Checked.map(members) { (member) throws(WireError) in
                    try Member(member)
                })
        case .failed(let failed):
            self.init(
                .failed(
                    Failure(
                        try Checked.choice(failed.code, "failed.code"),
                        Checked.reason(failed.reason))),
                cost: cost)
        case nil:
            throw WireError("outcome", "is of a kind that this version does not know")
        }
    }

    package var message: Assay_V1_Outcome {
        var message = Assay_V1_Outcome()
        switch self.result {
        case .scored(let scores, let outputs):
            message.scored.scores = scores.map(\.message)
            message.scored.outputs = outputs.map(\.message)
            message.scored.members = self.members.map(\.message)
        case .failed(let failure):
            message.failed.code = failure.code.rawValue
            message.failed.reason = failure.reason
        }
        if self.cost != .none { message.cost = self.cost.message }
        return message
    }
}

extension Outcome.Member {
    init(_ message: Assay_V1_ScoredMember) throws(WireError) {
        guard message.weight > 0, message.weight <= 1 else {
            throw WireError("member.weight", "is not above 0 and at most 1")
        }
        self.init(
            recipe: Int(
                try Checked.number(
                    message.recipe, "member.recipe", in: 0...UInt32(Limits.companionsMax))),
            weight: message.weight)
    }

    var message: Assay_V1_ScoredMember {
        var message = Assay_V1_ScoredMember()
        message.recipe = UInt32(self.recipe)
        message.weight = self.weight
        return message
    }
}

extension Score {
    package init(_ message: Assay_V1_Score) throws(WireError) {
        guard message.value.isFinite else { throw WireError("score.value", "is not finite") }
        self.init(try Checked.text(message.metric, "score.metric"), message.value)
    }

    package var message: Assay_V1_Score {
        var message = Assay_V1_Score()
        message.metric = self.metric
        message.value = self.value
        return message
    }
}

extension Output {
    package init(_ message: Assay_V1_Output) throws(WireError) {
        self.init(
            name: try Checked.fileName(message.name, "output.name"),
            blob: try Blob(message.blob, "output.blob"))
    }

    package var message: Assay_V1_Output {
        var message = Assay_V1_Output()
        message.name = self.name
        message.blob = self.blob.message
        return message
    }
}

extension Cost {
    init(_ message: Assay_V1_Cost) {
        self.init(
            cpu: Duration(nanoseconds: message.cpuNanoseconds),
            wall: Duration(nanoseconds: message.wallNanoseconds),
            memoryBytes: message.memoryBytes)
    }

    var message: Assay_V1_Cost {
        var message = Assay_V1_Cost()
        message.cpuNanoseconds = self.cpu.nanoseconds
        message.wallNanoseconds = self.wall.nanoseconds
        message.memoryBytes = self.memoryBytes
        return message
    }
}
