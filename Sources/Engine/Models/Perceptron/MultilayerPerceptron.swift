/// A multilayer perceptron: layers of ReLU units, trained by Adam on small batches.
///
/// Some rows are held out, drawn with the seed. The learning rate falls in a straight line to zero
/// over `epochs`; the parameters that did best on the rows held out are kept, and training ends
/// early when these have not improved for a while (Prechelt 1998). Features pass through a soft
/// limit at ±3 (Holzmüller, Grinsztajn, Steinwart 2024), so that an outlier drowns nothing, and
/// numbers are cut into pieces besides (`PerceptronInputs`).
///
/// For classes the loss is multinomial log loss, for numbers the squared error of the standardised
/// target, or its pinball loss where a quantile is wanted. Weights decay, biases do not.
package struct MultilayerPerceptron: Learner {
    package struct Settings: Equatable, Sendable {
        /// Hidden layers, and the units of each.
        package var layers = 2
        package var units = 64
        package var learningRate = 0.003
        /// The share of its weights that a step of rate 1 would take away.
        package var weightDecay = 0.5
        package var epochs = 60
        /// Pieces that a column of many values is cut into (`PerceptronInputs`); below 2: none.
        package var pieces = 16

        package init() {}

        init(_ values: ParameterValues) {
            self.layers = values.whole("layers")
            self.units = values.whole("units")
            self.learningRate = values["learning_rate"]
            self.weightDecay = values["weight_decay"]
            self.epochs = values.whole("epochs")
            self.pieces = values.whole("pieces")
        }
    }

    package let settings: Settings

    package var form: FeatureForm { .dense }

    package init(_ settings: Settings) {
        precondition(settings.layers >= 1 && settings.units >= 1, "a perceptron without units")
        precondition(settings.epochs >= 1, "\(settings.epochs) epochs")
        self.settings = settings
    }

    /// - Complexity: 3 × epochs × rows × parameters multiplications in single precision.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireFiniteRows()
        let target = try PerceptronTarget(data.answers, data.weights, data.objective)
        let hidden = Array(repeating: self.settings.units, count: self.settings.layers)
        let inputs = PerceptronInputs(data.features, pieces: self.settings.pieces)
        guard inputs.width <= PerceptronInputs.widthMax else {
            throw LearnerError(
                .badParameter,
                "\(self.settings.pieces) pieces make \(inputs.width) inputs of these columns; "
                    + "\(PerceptronInputs.widthMax) are the most")
        }
        let shape = PerceptronShape(widths: [inputs.width] + hidden + [target.outputs])
        let training = PerceptronTraining(
            shape, inputs, data.features, target, self.settings, seed: seed)
        training.run()
        let parameters = training.best
        guard parameters.allSatisfy(\.isFinite) else {
            throw LearnerError(
                .numericalFailure, "the weights left the range of numbers; learn more slowly")
        }
        return PerceptronPredictor(
            inputs: inputs, shape: shape, parameters: parameters, offset: target.offset,
            scale: target.scale)
    }
}
