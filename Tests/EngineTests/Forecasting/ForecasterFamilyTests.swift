import Testing

@testable import Engine

@Suite struct ForecasterFamilyTests {
    private func series() throws -> Series {
        let values = SmallSeries.seasonal(count: 60, season: 4)
        let exogenous = Worlds.uniform(rows: 60, columns: 2, seed: 3)
        return try Series(values, season: 4, exogenous: exogenous)
    }

    private func request(
        _ horizon: Int, columns: Int = 2
    ) throws -> ForecastRequest {
        try ForecastRequest(
            horizon: horizon, exogenous: Worlds.uniform(rows: horizon, columns: columns, seed: 4))
    }

    @Test(arguments: ForecasterFamily.allCases)
    func `defaults lie in their ranges, both ends are valid, beyond them is an error`(
        family: ForecasterFamily
    ) throws {
        for range in family.parameters {
            #expect(range.contains(range.standard) && range.low < range.high)
            _ = try family.forecaster(parameters: [(range.name, range.low)])
            _ = try family.forecaster(parameters: [(range.name, range.high)])
            for value in [range.low.nextDown, range.high.nextUp, .nan] {
                #expect(throws: LearnerError(.badParameter, "")) {
                    try family.forecaster(parameters: [(range.name, value)])
                }
            }
        }
        #expect(throws: LearnerError(.unknownParameter, "")) {
            try family.forecaster(parameters: [("salt", 1)])
        }
    }

    @Test(arguments: ForecasterFamily.allCases)
    func `a model read from its tensors forecasts the same bits, and so does a second fit`(
        family: ForecasterFamily
    ) throws {
        let series = try self.series()
        let model = try ForecastModel(fitting: ForecastRecipe(family, seed: 7), series)
        let again = try ForecastModel(family, from: model.tensors)
        let request = try self.request(9)
        let forecast = try model.forecast(request)
        #expect(try again.forecast(request) == forecast)
        #expect(again.tensors == model.tensors)
        #expect(again.exogenousColumns == model.exogenousColumns)
        let twin = try ForecastModel(fitting: ForecastRecipe(family, seed: 7), series)
        #expect(try twin.forecast(request) == forecast)
        for interval in forecast.intervals {
            #expect(zip(interval.lower, forecast.mean).allSatisfy { $0 <= $1 })
            #expect(zip(interval.upper, forecast.mean).allSatisfy { $0 >= $1 })
        }
    }

    @Test(arguments: ForecasterFamily.allCases)
    func `a tensor that is missing, doubled or misshapen is refused, a wild one cannot trap`(
        family: ForecasterFamily
    ) throws {
        let model = try ForecastModel(fitting: ForecastRecipe(family), try self.series())
        let tensors = model.tensors
        let request = try self.request(9, columns: model.exogenousColumns)
        func refuses(_ tensors: [Tensor]) {
            #expect(throws: LearnerError(.badTensor, "")) {
                try ForecastModel(family, from: tensors)
            }
        }
        refuses([])
        refuses(tensors + [Tensor(name: "more", shape: [1], values: .u8([1]))])
        for (index, tensor) in tensors.enumerated() {
            func replaced(_ values: Tensor.Values, shape: [Int]? = nil) -> [Tensor] {
                var changed = tensors
                changed[index] = Tensor(
                    name: tensor.name, shape: shape ?? tensor.shape, values: values)
                return changed
            }
            refuses(tensors.filter { $0 != tensor })
            refuses(tensors + [tensor])
            refuses(replaced(.u8([1]), shape: [1, 1, 1]))
            refuses(replaced(tensor.values, shape: tensor.shape + [2]))
            // Whatever is still accepted must forecast, or throw, but not trap.
            func survives(_ tensors: [Tensor]) {
                guard let wild = try? ForecastModel(family, from: tensors) else { return }
                guard wild.exogenousColumns == model.exogenousColumns else { return }
                _ = try? wild.forecast(request)
            }
            switch tensor.values {
            case .f64(let values) where !values.isEmpty:
                refuses(replaced(.f64([.nan] + values.dropFirst())))
                for number in [-1e300, 0, 1e300] {
                    survives(replaced(.f64(values.map { _ in number })))
                }
                survives(replaced(.f64([]), shape: [0]))
                survives(replaced(.f64(Array(values.dropLast())), shape: [values.count - 1]))
            case .i32(let values):
                for number in [Int32.min, -1, 0, 1, 3, 1000, .max] {
                    survives(replaced(.i32(values.map { _ in number })))
                }
            default: break
            }
        }
    }

    @Test(arguments: ForecasterFamily.allCases)
    func `poor series give a forecast or an error that says why, never a trap`(
        family: ForecasterFamily
    ) throws {
        let poor: [[Double]] = [
            [3], [3, 4], [1, 2, 3], Array(repeating: 7, count: 40), Array(repeating: 0, count: 9),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9], (0..<40).map { Double($0) },
            (0..<40).map { $0 % 2 == 0 ? 1e300 : -1e300 },
            (0..<40).map { _ in Double.leastNormalMagnitude / 4 },
            (0..<30).map { Double($0 % 4) }, (0..<11).map { Double($0 * $0) - 5 },
        ]
        for values in poor {
            for season in [1, 4, 12, 365] {
                let series = try Series(values, season: season)
                do throws(LearnerError) {
                    let model = try ForecastModel(fitting: ForecastRecipe(family), series)
                    let forecast = try model.forecast(ForecastRequest(horizon: 50))
                    #expect(forecast.isFinite && forecast.mean.count == 50)
                    if Set(values).count == 1, values[0].isNormal {
                        let flat = forecast.mean.map { $0 / values[0] }
                        #expect(
                            Worlds.isClose(flat, [Double](repeating: 1, count: 50), within: 1e-6))
                    }
                } catch {
                    #expect([.tooFewRows, .numericalFailure].contains(error.code))
                }
            }
        }
    }

    @Test(arguments: ForecasterFamily.allCases)
    func `numbers of any size are forecast in their size`(family: ForecasterFamily) throws {
        let series = try self.series()
        let request = try self.request(5)
        let plain = try ForecastModel(fitting: ForecastRecipe(family), series).forecast(request)
        for exponent in [-900, 900] {
            let factor = Double(sign: .plus, exponent: exponent, significand: 1)
            let model = try ForecastModel(
                fitting: ForecastRecipe(family), series.scaled(by: factor))
            #expect(try model.forecast(request).mean == plain.mean.map { $0 * factor })
        }
    }

    @Test func `horizons, levels and coming columns out of range are refused`() throws {
        #expect(throws: LearnerError(.badParameter, "")) { try ForecastRequest(horizon: 0) }
        #expect(throws: LearnerError(.badParameter, "")) { try ForecastRequest(horizon: 10_001) }
        #expect(throws: LearnerError(.badParameter, "")) {
            try ForecastRequest(horizon: 1, levels: [1])
        }
        #expect(throws: LearnerError(.badParameter, "")) {
            try ForecastRequest(horizon: 2, exogenous: Matrix(rows: 1, columns: 1))
        }
        #expect(throws: LearnerError(.notFinite, "")) {
            try ForecastRequest(
                horizon: 1, exogenous: Matrix(rows: 1, columns: 1, repeating: .nan))
        }
        #expect(throws: LearnerError(.tooFewRows, "")) { try Series([]) }
        #expect(throws: LearnerError(.notFinite, "")) { try Series([1, .infinity]) }
        #expect(throws: LearnerError(.badParameter, "")) { try Series([1], season: 0) }
        #expect(throws: LearnerError(.badParameter, "")) {
            try Series([1], exogenous: Matrix(rows: 2, columns: 1))
        }
    }
}
