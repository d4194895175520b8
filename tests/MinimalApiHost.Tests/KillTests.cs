using System.Collections.Concurrent;

namespace MinimalApiHost.Tests;

/// <summary>Guarantee 3, on the built sample: after <c>kill -9</c> at most one repeat for each delivery that was in flight.</summary>
public sealed class KillTests : IDisposable
{
    private const int Endpoints = 8;
    private const int Events = 125;
    private const int Deliveries = Endpoints * Events;
    private const int KillAfter = Deliveries / 3;
    private const int MaxInFlight = 8 * Endpoints; // the outbox's default for each endpoint

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-kill-");

    [Fact]
    public async Task After_a_kill_in_the_middle_of_1000_deliveries_all_arrive_and_only_what_was_in_flight_repeats()
    {
        await using var receiver = await Receiver.StartAsync();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = 0;
        foreach (var path in Paths())
        {
            receiver.Answer(path, async context =>
            {
                // From here on no answer reaches the sender before it is dead: all its slots are taken.
                if (Interlocked.Increment(ref requests) > KillAfter)
                {
                    reached.TrySetResult();
                    await killed.Task.WaitAsync(context.RequestAborted);
                }
            });
        }

        var accepted = new ConcurrentBag<string>();
        using (var first = Start())
        {
            var api = await ApiOfAsync(first);
            foreach (var path in Paths())
            {
                await api.PostAsync("/v1/webhook-endpoints", new { scope = "all", url = receiver.Url(path), profile = "standard" });
            }

            await Parallel.ForAsync(0, Events, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (n, _) =>
            {
                var answer = await api.PostAsync("/v1/events", new { type = "call.ended", subject = $"call_{n}", data = new { n, said = "“Hi” 😀", score = 2.5 } });
                foreach (var id in answer.Texts("deliveryIds"))
                {
                    accepted.Add(id);
                }
            });
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await first.KillAsync();
            killed.SetResult();
        }

        Assert.Equal(Deliveries, accepted.Distinct().Count());
        using var second = Start();
        var restarted = await ApiOfAsync(second);
        await Eventually.HasAsync(() => restarted.GetAsync("/v1/deliveries?status=waiting&limit=1"), NoneLeft);
        await Eventually.HasAsync(() => restarted.GetAsync("/v1/deliveries?status=delivering&limit=1"), NoneLeft);

        // One delivery is one event at one path; the event's id is what receivers of this profile recognise repeats by.
        var arrived = receiver.All.GroupBy(request => (request.Path, Id: request.Headers["webhook-id"])).ToList();
        Assert.Equal(Deliveries, arrived.Count);
        Assert.All(arrived, repeats => Assert.Single(repeats.Select(request => request.Text).Distinct()));
        Assert.All(arrived, repeats => Assert.InRange(repeats.Count(), 1, 2));
        Assert.InRange(receiver.All.Count - Deliveries, 1, MaxInFlight);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IEnumerable<string> Paths() => Enumerable.Range(1, Endpoints).Select(n => $"/customer-{n}");

    private static bool NoneLeft(Answer page) => page["deliveries"]!.AsArray().Count == 0;

    private static async Task<Api> ApiOfAsync(ChildHost host) => new(new HttpClient { BaseAddress = await host.ListeningAsync() }, "test-key");

    private ChildHost Start() => ChildHost.Start(
        _folder.FullName,
        [],
        ("ConnectionStrings__Calls", $"Data Source={Path.Combine(_folder.FullName, "calls.db")}"),
        ("Webhooks__AllowLocalReceivers", "true"),
        ("ApiKeys__0__Key", "test-key"),
        ("ApiKeys__0__Scopes__0", "voice:call"));
}
