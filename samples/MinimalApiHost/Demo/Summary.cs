using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MinimalApiHost.Demo;

/// <summary>Holds what every customer got against what it should have got, and says so in a table.</summary>
internal sealed class Summary(PlatformClient platform, IReadOnlyList<Customer> customers, Timeline timeline)
{
    private readonly List<string> _faults = [];

    /// <returns>What differs; empty where everything is as it should be.</returns>
    public async Task<IReadOnlyList<string>> ShowAsync(IReadOnlyList<Scene> scenes)
    {
        timeline.Heading("What arrived");
        timeline.Note($"{"",-12}{"requests in scene",-30}{"",-2}{"deliveries",-31}");
        timeline.Note(Row("customer", [.. scenes.Select(scene => scene.Number)], "expected", "arrived", "accepted", "verdict"));
        foreach (var customer in customers)
        {
            await ShowAsync(customer, scenes);
        }

        // By customer: some know a delivery by the event's id, which others have too.
        var requests = customers.Select(customer => scenes.SelectMany(customer.Requests).ToList()).ToList();
        var deliveries = requests.Sum(own => own.DistinctBy(request => request.DeliveryId).Count());
        timeline.Plain("");
        foreach (var fault in _faults)
        {
            timeline.Plain($" {timeline.Bad("✗")} {fault}");
        }

        timeline.Plain(_faults.Count == 0
            ? $" {timeline.Good("✓")} Every receiver verified exactly what it should have got: {requests.Sum(own => own.Count)} requests for {deliveries} deliveries, ids unique, repeats byte for byte the same, nothing of the end that was rolled back. {Seconds()}"
            : $" {timeline.Bad($"{_faults.Count} things differ from what should have arrived.")} {Seconds()}");
        return _faults;
    }

    private async Task ShowAsync(Customer customer, IReadOnlyList<Scene> scenes)
    {
        var before = _faults.Count;
        foreach (var scene in scenes)
        {
            await CheckAsync(customer, scene);
        }

        CheckIds(customer, scenes);
        _faults.AddRange(customer.Refused.Select(reason => $"{customer.Name} refused a request: {reason}"));

        var all = scenes.SelectMany(scene => customer.Requests(scene)).ToList();
        var expected = scenes.Count(scene => scene.Expected(customer.Name) is not null);
        var row = Row(
            customer.Name,
            [.. scenes.Select(scene => customer.Requests(scene).Count is > 0 and var count ? Number(count) : "–")],
            Number(expected),
            Number(all.DistinctBy(request => request.DeliveryId).Count()),
            Number(all.Where(request => request.Answered is StatusCodes.Status200OK).DistinctBy(request => request.DeliveryId).Count()),
            "");
        timeline.Plain($" {row}{(_faults.Count == before ? timeline.Good("✓ as expected") : timeline.Bad("✗ differs"))}{Remark(customer, scenes)}");
    }

    private async Task CheckAsync(Customer customer, Scene scene)
    {
        var got = customer.Requests(scene);
        var what = $"{customer.Name}, scene {scene.Number}:";
        var deliveries = (await platform.GetAsync($"/v1/deliveries?subject={scene.Call}&endpoint={customer.EndpointId}"))["deliveries"]!.AsArray();
        if (scene.Expected(customer.Name) is not { } expected)
        {
            Expect(got.Count == 0 && deliveries.Count == 0, $"{what} expected nothing at all, got {got.Count} requests of {deliveries.Count} deliveries.");
            return;
        }

        Expect(got.Select(request => request.Answered).SequenceEqual(expected.Answers), $"{what} expected requests answered {string.Join(", ", expected.Answers)}, got {(got.Count == 0 ? "none" : string.Join(", ", got.Select(request => request.Answered)))}.");
        Expect(got.Select(request => request.DeliveryId).Distinct().Count() <= 1, $"{what} the delivery's id changed between requests.");
        Expect(got.Select(request => request.Body).Distinct().Count() <= 1, $"{what} the body changed between requests.");
        Expect(got.All(request => request.EventType is null || customer.EventTypes.Contains(request.EventType)), $"{what} expected {string.Join(" or ", customer.EventTypes)}, got {string.Join(", ", got.Select(request => request.EventType))}.");
        Expect(got.All(request => request.RecordingAvailable == expected.RecordingAvailable), $"{what} expected recordingAvailable {expected.RecordingAvailable}.");
        Expect(
            deliveries is [{ } only] && (string?)only["status"] == expected.Status && (int?)only["attemptCount"] == expected.Answers.Count,
            $"{what} the platform should have one delivery, {expected.Status} after {expected.Answers.Count}, and has {deliveries.ToJsonString()}.");
    }

    private void CheckIds(Customer customer, IReadOnlyList<Scene> scenes)
    {
        var ids = scenes.SelectMany(scene => customer.Requests(scene).Select(request => request.DeliveryId).Distinct()).ToList();
        Expect(ids.Distinct().Count() == ids.Count && !ids.Contains(""), $"{customer.Name}: two calls came under one id, or one had none.");
    }

    private void Expect(bool isSo, string fault)
    {
        if (!isSo)
        {
            _faults.Add(fault);
        }
    }

    private string Seconds() => timeline.Quiet(string.Create(CultureInfo.InvariantCulture, $"({timeline.Elapsed.TotalSeconds:0.0} s)"));

    private static string Remark(Customer customer, IReadOnlyList<Scene> scenes) =>
        string.Concat(scenes
            .Where(scene => scene.Expected(customer.Name) is { } expected && expected.Status != "delivered")
            .Select(scene => $", {scene.Expected(customer.Name)!.Status} in {scene.Number}"));

    private static string Row(string customer, IReadOnlyList<string> requests, string expected, string received, string verified, string verdict)
    {
        var row = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{customer,-12}");
        foreach (var count in requests)
        {
            row.Append(CultureInfo.InvariantCulture, $"{count,3}  ");
        }

        return row.Append(CultureInfo.InvariantCulture, $"  {expected,8}  {received,8}  {verified,8}   {verdict}").ToString();
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
