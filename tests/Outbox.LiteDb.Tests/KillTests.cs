using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Outbox.Deliveries;

namespace Outbox.LiteDb.Tests;

/// <summary>A process that is killed while it writes and delivers loses nothing that it was told is committed, and half of nothing.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 6;

    private readonly Folder _folder = new();
    private readonly HttpListener _receiver = new();
    private readonly ConcurrentQueue<string> _arrived = new();
    private readonly List<string> _committed = [];
    private readonly List<string> _inFlight = [];

    public void Dispose()
    {
        _receiver.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_call_that_was_committed_has_its_event_and_arrives_however_often_the_process_is_killed()
    {
        await PutEndpointAsync(Listen());
        var chance = new Random(17);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var other = OtherProcess.Start(_folder.File);
            for (var last = chance.Next(1, 400); last > 0; last--)
            {
                _committed.Add(await other.CommittedAsync());
            }

            _committed.AddRange(await other.KillAsync());
            await InspectAsync();
        }

        await DeliverTheRestAsync();

        Assert.Equal(_committed.Order(StringComparer.Ordinal), _arrived.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(_arrived.CountBy(id => id), arrivals => Assert.InRange(arrivals.Value, 1, 1 + _inFlight.Count(id => id == arrivals.Key)));
    }

    private string Listen()
    {
        var port = FreePort.Take();
        _receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        _receiver.Start();
        _ = ReceiveAsync();
        return $"http://127.0.0.1:{port}/hooks";
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var request = await _receiver.GetContextAsync();
                using var body = new StreamReader(request.Request.InputStream);
                _arrived.Enqueue(IdIn(await body.ReadToEndAsync()));
                request.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PutEndpointAsync(string url)
    {
        await using var platform = Platform.On(_folder.File);
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint() with { Url = url });
    }

    private async Task InspectAsync()
    {
        await using var platform = Platform.On(_folder.File);
        var calls = platform.Calls.FindAll().Select(call => call["_id"].AsString).ToList();
        var events = platform.Database.GetCollection("outbox_event").FindAll().Select(one => (Key: one["_id"].AsInt64, Subject: one["subject"].AsString)).ToList();
        var deliveries = platform.Database.GetCollection("outbox_delivery").FindAll().ToList();

        // The last commit may have been too late to be told of.
        Assert.Empty(_committed.Except(calls, StringComparer.Ordinal));
        Assert.InRange(calls.Count, _committed.Count, _committed.Count + 1);
        Assert.Equal(calls.Order(StringComparer.Ordinal), events.Select(one => one.Subject).Order(StringComparer.Ordinal));
        Assert.Equal(events.Select(one => one.Key).Order(), deliveries.Select(one => one["event"].AsInt64).Order());

        _committed.AddRange(calls.Except(_committed, StringComparer.Ordinal).ToList());
        var leased = deliveries.Where(one => one["status"] == (int)DeliveryStatus.Delivering).Select(one => one["event"].AsInt64).ToHashSet();
        _inFlight.AddRange(events.Where(one => leased.Contains(one.Key)).Select(one => one.Subject));
    }

    private async Task DeliverTheRestAsync()
    {
        await using var platform = Platform.On(_folder.File);
        await platform.StartAsync();
        await platform.IdleAsync();
        foreach (var body in platform.Arrived())
        {
            _arrived.Enqueue(IdIn(body));
        }
    }

    private static string IdIn(string body) => (string)JsonNode.Parse(body)!["data"]!["id"]!;
}
