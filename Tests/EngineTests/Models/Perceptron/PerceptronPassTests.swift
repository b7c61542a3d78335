import Testing

@testable import Engine

@Suite struct PerceptronPassTests {
    private let shape = PerceptronShape(widths: [3, 5, 4, 2])

    @Test func `parameters of all layers stand in one list`() {
        let shape = PerceptronShape(widths: [4, 3, 2])
        #expect(shape.count == 4 * 3 + 3 + 3 * 2 + 2)
        #expect(shape.weights(0) == 0..<12 && shape.biases(0) == 12..<15)
        #expect(shape.weights(1) == 15..<21 && shape.biases(1) == 21..<23)
    }

    /// Layer by layer and unit by unit, in double precision.
    private func scores(_ inputs: [Double], _ parameters: [Double]) -> [Double] {
        var values = inputs
        for layer in 0..<self.shape.layers {
            let weights = Array(parameters[self.shape.weights(layer)])
            let biases = Array(parameters[self.shape.biases(layer)])
            values = biases.indices.map { unit in
                var sum = biases[unit]
                for (j, value) in values.enumerated() {
                    sum += weights[unit * values.count + j] * value
                }
                return layer + 1 < self.shape.layers ? max(0, sum) : sum
            }
        }
        return values
    }

    private func loss(_ rows: [[Double]], _ labels: [Int32], _ parameters: [Double]) -> Double {
        var loss = 0.0
        for (inputs, label) in zip(rows, labels) {
            let scores = self.scores(inputs, parameters)
            loss += log(scores.reduce(0) { $0 + exp($1) }) - scores[Int(label)]
        }
        return loss / Double(rows.count)
    }

    @Test func `scores and gradient are those of the plain network's finite differences`() throws {
        var generator = SeededGenerator(seed: 80)
        let parameters = (0..<self.shape.count).map { _ in generator.unit() * 2 - 0.8 }
        let rows = (0..<6).map { _ in (0..<3).map { _ in generator.unit() * 2 - 1 } }
        let labels: [Int32] = [0, 1, 1, 0, 1, 0]
        let target = try PerceptronTarget(.classes(labels, count: 2))
        let pass = PerceptronPass(self.shape, rowsMax: 8)
        for (index, value) in rows.joined().enumerated() { pass.inputs[index] = Float(value) }
        let single = parameters.map { Float($0) }
        pass.forward(single, rows: 6)
        for (row, inputs) in rows.enumerated() {
            for (k, score) in self.scores(inputs, parameters).enumerated() {
                #expect(abs(Double(pass.scores[row * 2 + k]) - score) < 1e-5)
            }
        }
        let sum = target.loss(
            of: [0, 1, 2, 3, 4, 5], inputs: pass.inputs, pass.scores, slopes: pass.scoreSlopes)
        #expect(abs(sum / 6 - self.loss(rows, labels, parameters)) < 1e-6)
        var gradient = [Float](repeating: 9, count: self.shape.count)
        gradient.withUnsafeMutableBufferPointer { gradient in
            guard let base = gradient.baseAddress else { return }
            pass.backward(single, rows: 6, into: base)
        }
        for index in parameters.indices {
            var (ahead, behind) = (parameters, parameters)
            ahead[index] += 1e-6
            behind[index] -= 1e-6
            let rise = self.loss(rows, labels, ahead) - self.loss(rows, labels, behind)
            #expect(abs(rise / 2e-6 - Double(gradient[index])) < 1e-5, "parameter \(index)")
        }
    }

    @Test func `the slope of a number's loss is its error, of the mean over the rows`() throws {
        let target = try PerceptronTarget(.numbers([10, 14, 10, 14]))
        #expect(target.offset == 12 && target.scale == 2)
        let pass = PerceptronPass(PerceptronShape(widths: [1, 1]), rowsMax: 4)
        for (index, score) in ([0.5, 0, -1, 1] as [Float]).enumerated() {
            pass.scores[index] = score
        }
        let sum = target.loss(
            of: [0, 1, 2, 3], inputs: pass.inputs, pass.scores, slopes: pass.scoreSlopes)
        #expect(abs(sum - (1.5 * 1.5 + 1) / 2) < 1e-6)
        #expect((0..<4).map { pass.scoreSlopes[$0] } == [0.375, -0.25, 0, 0])
    }

    @Test func `the slope of what is given back is its error, of the mean over rows and columns`() {
        let target = PerceptronTarget(reproducing: 2)
        #expect(target.outputs == 2 && target.scoresAtStart == [0, 0])
        let pass = PerceptronPass(PerceptronShape(widths: [2, 1, 2]), rowsMax: 2)
        for (index, input) in ([1, -2, 0.5, 3] as [Float]).enumerated() {
            pass.inputs[index] = input
            pass.scores[index] = 1
        }
        let sum = target.loss(
            of: [8, 9], inputs: pass.inputs, pass.scores, slopes: pass.scoreSlopes)
        #expect(sum == 13.25 / 4)
        #expect((0..<4).map { pass.scoreSlopes[$0] } == [0, 0.75, 0.125, -0.5])
    }

    @Test func `one step of Adam, and a second, by hand`() {
        let adam = Adam(count: 2)
        var parameters: [Float] = [1, -2]
        func step(_ gradient: [Float]) {
            adam.beginStep()
            parameters.withUnsafeMutableBufferPointer { parameters in
                guard let base = parameters.baseAddress else { return }
                adam.update(base, gradient, 0..<1, rate: 0.1, decay: 0.5)
                adam.update(base, gradient, 1..<2, rate: 0.1, decay: 0)
            }
        }
        step([0.3, -4])
        // The first step is the rate, whatever the gradient; 1 decays by 0.1 × 0.5 besides.
        #expect(abs(parameters[0] - (0.95 - 0.1)) < 1e-6)
        #expect(abs(parameters[1] - (-2 + 0.1)) < 1e-6)
        step([0.1, 2])
        // m = 0.9 × 0.03 + 0.1 × 0.1, v = 0.999 × 0.00009 + 0.001 × 0.01, corrected by 1 - βᵗ.
        let m = 0.037 / 0.19
        let v = (0.000_099_91 / 0.001_999).squareRoot()
        #expect(abs(Double(parameters[0]) - (0.85 * 0.95 - 0.1 * m / v)) < 1e-5)
    }

    @Test func `numbers are cut into pieces at quantiles, other columns go in as they are`() {
        let features = Matrix(
            rows: 6, columns: 2, values: [2, 0, 5, 1, 5, 0, 5, 1, 6, 0, 11, 1])
        let inputs = PerceptronInputs(features, pieces: 3)
        #expect(inputs.edges == [[2, 5, 6, 11], []])
        #expect(inputs.width == 5)
        var encoded = [Float](repeating: 9, count: 10)
        let rows = Matrix(rows: 2, columns: 2, values: [5.5, 1, 100, -3])
        encoded.withUnsafeMutableBufferPointer { encoded in
            guard let base = encoded.baseAddress else { return }
            inputs.encode(rows, rows: 0..<2, into: base)
        }
        #expect(Array(encoded[1..<4]) == [1, 0.5, 0])
        #expect(abs(encoded[4] - 1 / (10.0 / 9).squareRoot()) < 1e-6)
        #expect(encoded[5] > 2.99 && encoded[5] < 3 && Array(encoded[6..<9]) == [1, 1, 1])
        #expect(PerceptronInputs(features, pieces: 0).width == 2)
    }
}
