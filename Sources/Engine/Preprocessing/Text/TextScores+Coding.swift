/// Text scores as models store them.
extension TextScores {
    var members: [JSON.Member] {
        [
            .init("centers", .array(self.centers.map { .number($0) })),
            .init("scales", .array(self.scales.map { .number($0) })),
            .init("missing", .string(self.missing.rawValue)),
        ]
    }

    var tensors: [Tensor] {
        [
            .floats("idf", self.idf),
            .floats("shares", self.shares, shape: [Self.buckets, self.outputs]),
        ]
    }

    /// - Throws: `ArtifactError` naming the member or the tensor.
    init(json: JSON, _ tensors: [Tensor]) throws(ArtifactError) {
        self.centers = try Self.numbers(json, "centers")
        self.scales = try Self.numbers(json, "scales")
        self.missing = try json.member("missing").choice("missing")
        guard self.centers.count == self.scales.count, self.scales.allSatisfy({ $0 > 0 }),
            (1...Self.outputs(groups: AnswerGroups.countMax)).contains(self.scales.count)
        else { throw ArtifactError(.badMember, "the scores of a text are none, or not scaled") }
        do throws(LearnerError) {
            var store = try TensorStore(tensors)
            self.idf = try store.floats("idf", shape: [.exactly(Self.buckets)])
            self.shares = try store.floats(
                "shares", shape: [.exactly(Self.buckets), .exactly(self.scales.count)])
            try store.requireNothingLeft()
        } catch {
            throw ArtifactError(.inconsistent, "the scores of a text cannot be read: \(error)")
        }
        guard self.idf.allSatisfy({ $0 >= 0 }) else {
            throw ArtifactError(.badMember, "a term weighs less than nothing")
        }
    }

    private static func numbers(_ json: JSON, _ name: String) throws(ArtifactError) -> [Double] {
        var numbers: [Double] = []
        for item in try json.member(name).items(name) { numbers.append(try item.number(name)) }
        return numbers
    }
}
