import Engine
@preconcurrency import Glibc

/// Numbers, one a line.
func readNumbers(_ path: String) -> [Double] {
    guard let file = fopen(path, "r") else { fail("cannot open \(path)") }
    defer { fclose(file) }
    var numbers: [Double] = []
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil { numbers.append(strtod(line, nil)) }
    return numbers
}

func text(_ numbers: [Double]) -> String {
    "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]"
}

func name(_ recipe: ForecastRecipe) -> String {
    let parameters = recipe.parameters.map { " \($0.name)=\($0.value)" }.joined()
    let members = recipe.members.map(name).joined(separator: " + ")
    return recipe.family.rawValue + parameters + (members.isEmpty ? "" : " of " + members)
}

func text(_ model: ForecastModel, _ horizon: Int) throws -> String {
    let forecast = try model.forecast(ForecastRequest(horizon: horizon))
    return "\"mean\": \(text(forecast.mean)), \"lower\": \(text(forecast.intervals[0].lower)), "
        + "\"upper\": \(text(forecast.intervals[0].upper))"
}

func runForecast(_ arguments: [String]) throws {
    guard arguments.count == 6, let horizon = Int(arguments[3]), let season = Int(arguments[4]),
        let folds = Int(arguments[5])
    else { fail("forecast FILE HORIZON SEASON FOLDS") }
    let series = try Series(readNumbers(arguments[2]), season: season)
    let start = processSeconds()
    let choice = try ForecastChoice(series, horizon: horizon, folds: folds)
    let model = try choice.model(series)
    let chosen = try text(model, horizon)
    let seconds = processSeconds() - start
    var parts: [String] = []
    for candidate in choice.candidates {
        guard let judged = try? candidate.outcome.get() else { continue }
        let start = processSeconds()
        let model = try ForecastModel(fitting: candidate.recipe, series)
        let seconds = processSeconds() - start
        parts.append(
            "{\"name\": \"\(name(candidate.recipe))\", \"score\": \(judged.score), "
                + "\"fit\": \(seconds), \"folds\": ["
                + judged.evaluation.folds.map { text($0.forecast.mean) }.joined(separator: ", ")
                + "], \(try text(model, horizon))}")
    }
    print(
        "{\"chosen\": \"\(name(choice.chosen))\", \"seconds\": \(seconds), "
            + "\"origins\": \(choice.rolling?.origins ?? []), \(chosen), \"candidates\": ["
            + parts.joined(separator: ", ") + "]}")
}
