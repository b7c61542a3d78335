/// Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019, "AdamW").
///
/// With g the gradient at step t, all operations by component:
///
/// ```
/// m = β₁ m + (1 - β₁) g             v = β₂ v + (1 - β₂) g²
/// w = w - rate × (m / (1 - β₁ᵗ) / (sqrt(v / (1 - β₂ᵗ)) + ε) + decay × w)
/// ```
final class Adam {
    static let firstDecay: Float = 0.9
    static let secondDecay: Float = 0.999
    static let epsilon: Float = 1e-8

    private let first: Memory<Float>
    private let second: Memory<Float>
    private var firstPower = 1.0
    private var secondPower = 1.0

    init(count: Int) {
        self.first = Memory(count: count, repeating: 0)
        self.second = Memory(count: count, repeating: 0)
    }

    /// To be called once before the updates of a step.
    func beginStep() {
        self.firstPower *= Double(Self.firstDecay)
        self.secondPower *= Double(Self.secondDecay)
    }

    /// Moves the parameters of `range`; ranges differ in whether they decay.
    ///
    /// - Requires: `parameters` and `gradient` have as many values as the optimiser.
    func update(
        _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>,
        _ range: Range<Int>, rate: Double, decay: Double
    ) {
        precondition(range.upperBound <= self.first.count, "no moments for these parameters")
        // Both corrections in two numbers, so that the loop has one division and one root.
        let root = (1 - self.secondPower).squareRoot()
        let step = Float(rate * root / (1 - self.firstPower))
        let epsilon = Float(Double(Self.epsilon) * root)
        let keep = Float(1 - rate * decay)
        let (first, second) = (self.first.base, self.second.base)
        for index in range {
            let slope = gradient[index]
            let m = Self.firstDecay * first[index] + (1 - Self.firstDecay) * slope
            let v = Self.secondDecay * second[index] + (1 - Self.secondDecay) * slope * slope
            first[index] = m
            second[index] = v
            parameters[index] = keep * parameters[index] - step * m / (v.squareRoot() + epsilon)
        }
    }
}
