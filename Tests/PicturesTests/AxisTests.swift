internal import Pictures
internal import Testing

@Suite("Axis")
struct AxisTests {
    @Test(
        "Linear axes run between round numbers",
        arguments: [
            ([22.3, 29.8], ["22", "24", "26", "28", "30"]),
            ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            ([31.87, 31.91], ["31.84", "31.86", "31.88", "31.90", "31.92", "31.94"]),
            ([25.0], ["24.94", "24.96", "24.98", "25.00", "25.02", "25.04", "25.06"]),
            ([-3.0, 12.0], ["-5", "0", "5", "10", "15"]),
        ] as [([Double], [String])])
    func linear(values: [Double], labels: [String]) throws {
        let axis = try #require(Axis.linear(values, span: 0.1))
        #expect(axis.ticks.map(\.label) == labels)
        #expect(values.allSatisfy { axis.position($0) != nil })
    }

    @Test(
        "Logarithmic axes name powers of ten",
        arguments: [
            ([1, 1e-4], ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
            ([0.3, 0.04], ["2·10⁻²", "5·10⁻²", "10⁻¹", "2·10⁻¹", "5·10⁻¹"]),
            ([1e-3], ["5·10⁻⁴", "10⁻³", "2·10⁻³", "5·10⁻³"]),
            ([1e-12, 1], ["10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]),
        ] as [([Double], [String])])
    func logarithmic(values: [Double], labels: [String]) throws {
        let axis = try #require(Axis.logarithmic(values))
        #expect(axis.ticks.map(\.label) == labels)
        #expect(values.allSatisfy { axis.position($0) != nil })
    }

    @Test(
        "Iterations are whole round numbers",
        arguments: [
            (1, ["1"]), (2, ["1", "2"]), (5, ["1", "2", "3", "4", "5"]),
            (20, ["1", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20"]),
            (50, ["1", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50"]),
            (500, ["1", "50", "100", "150", "200", "250", "300", "350", "400", "450", "500"]),
        ] as [(Int, [String])])
    func iterations(count: Int, labels: [String]) {
        #expect(Axis.iterations(count).ticks.map(\.label) == labels)
    }

    @Test("What cannot be shown has no axis and no position")
    func nothing() throws {
        #expect(Axis.linear([], span: 1) == nil)
        #expect(Axis.linear([.nan, .infinity], span: 1) == nil)
        #expect(Axis.logarithmic([0, -1, .nan, .infinity]) == nil)
        let axis = try #require(Axis.linear([0, 1], span: 1))
        #expect(axis.position(.nan) == nil)
        #expect(axis.position(1.01) == nil)
        #expect(try #require(Axis.logarithmic([1, 10])).position(0) == nil)
    }
}
