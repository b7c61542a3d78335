extension Inspection {
    /// Looks at an ONNX file.
    mutating func walkNetwork(_ bytes: UnsafeRawBufferPointer, called name: String) {
        self.report.recognise(.onnx)
        var walk = NetworkWalk()
        do throws(Broken) {
            try walk.model(bytes)
        } catch {
            self.report.breakOff("the ONNX file cannot be read: \(error.sentence)")
        }
        self.report.note("IR version", "\(walk.irVersion)")
        if !walk.producer.isEmpty { self.report.note("producer", walk.producer) }
        self.report.note("operator sets", walk.opsets.joined(separator: ", "))
        self.report.note("tensors", "\(walk.initializers)")
        for (name, count) in walk.operators.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) })
        {
            self.report.note("operator \(name)", "\(count)")
        }
        for (key, value) in walk.metadata { self.report.note("metadata \(key)", value) }
        for function in walk.functions.sorted() { self.report.note("function", function) }

        let known = Self.domains.union(walk.functionDomains)
        for domain in walk.domains.subtracting(known).sorted() {
            self.report.find(
                .suspicion, in: name,
                "operators of domain \(domain) are code that a runtime must be given besides")
        }
        for file in walk.externalFiles.sorted() {
            if PathText.leaves(file) {
                self.report.find(
                    .danger, in: name,
                    "a tensor is read from \(file), which leads out of the model's directory")
            } else {
                self.report.note("reads the file", file)
            }
        }
        for fault in walk.faults.sorted() { self.report.find(.suspicion, in: name, fault) }
    }

    /// Those that the standard defines.
    private static let domains: Set<String> = [
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training",
    ]
}
