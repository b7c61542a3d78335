package import SwiftProtobuf

extension RunnerOrder {
    package init(bytes: some SwiftProtobufContiguousBytes) throws(WireError) {
        let message = try Assay_Runner_V1_RunnerOrder.read(bytes, as: "order")
        switch try Checked.present(message.kind, "order.kind") {
        case .attach(let attach): self = .attach(try Blob(attach.blob))
        case .detach(let detach):
            self = .detach(try Checked.digest(detach.digest, "detach.digest"))
        case .recall(let recall): self = .recall(try Recipe(recall.recipe))
        case .run(let run):
            self = .run(
                try Lease(run.lease), try TrialClass(run.trialClass), try TrialSpec(run.spec))
        }
    }

    package func encoded<Bytes: SwiftProtobufContiguousBytes>() -> Bytes {
        var message = Assay_Runner_V1_RunnerOrder()
        switch self {
        case .attach(let blob): message.attach.blob = blob.message
        case .detach(let digest): message.detach.digest = digest.description
        case .recall(let recipe): message.recall.recipe = recipe.message
        case .run(let lease, let trialClass, let spec):
            message.run.lease = lease.message
            message.run.trialClass = trialClass.message
            message.run.spec = spec.message
        }
        return message.written()
    }
}

extension RunnerReport {
    package init(bytes: some SwiftProtobufContiguousBytes) throws(WireError) {
        let message = try Assay_Runner_V1_RunnerReport.read(bytes, as: "report")
        switch try Checked.present(message.kind, "report.kind") {
        case .ready(let ready):
            let missing = try Checked.count(
                ready.missingProtections, "ready.missing_protections",
                upTo: Limits.parametersMax)
            self = .ready(
                environmentClass: try Checked.optionalText(
                    ready.environmentClass, "ready.environment_class"),
                missingProtections: try Checked.map(missing) { (name) throws(WireError) in
                    try Checked.text(name, "ready.missing_protections")
                })
        case .predicted(let predicted): self = .predicted(try Lease(predicted.lease))
        case .finished(let finished):
            self = .finished(try Lease(finished.lease), try Outcome(finished.outcome))
        }
    }

    package func encoded<Bytes: SwiftProtobufContiguousBytes>() -> Bytes {
        var message = Assay_Runner_V1_RunnerReport()
        switch self {
        case .ready(let environmentClass, let missing):
            message.ready.environmentClass = environmentClass
            message.ready.missingProtections = missing
        case .predicted(let lease): message.predicted.lease = lease.message
        case .finished(let lease, let outcome):
            message.finished.lease = lease.message
            message.finished.outcome = outcome.message
        }
        return message.written()
    }
}
