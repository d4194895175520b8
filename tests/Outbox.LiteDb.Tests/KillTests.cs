using Outbox.Deliveries;

namespace Outbox.LiteDb.Tests;

/// <summary>A process that is killed while it writes loses nothing that it was told is committed, and half of nothing.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 6;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_call_that_was_committed_has_its_event_however_often_the_process_is_killed()
    {
        await PutEndpointAsync();
        var committed = new List<string>();
        var chance = new Random(17);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var other = OtherProcess.Start(_folder.File);
            for (var last = chance.Next(1, 400); last > 0; last--)
            {
                committed.Add(await other.CommittedAsync());
            }

            committed.AddRange(await other.KillAsync());
            await ExpectAsync(committed);
        }
    }

    private async Task PutEndpointAsync()
    {
        await using var platform = Platform.On(_folder.File);
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());
    }

    private async Task ExpectAsync(List<string> committed)
    {
        await using var platform = Platform.On(_folder.File);
        var calls = platform.Calls.FindAll().Select(call => call["_id"].AsString).ToList();
        var events = platform.Database.GetCollection("outbox_event").FindAll().Select(one => one["subject"].AsString).ToList();
        var owed = platform.Database.GetCollection("outbox_delivery").FindAll().Count(one => one["status"] == (int)DeliveryStatus.Waiting);

        // The last commit may have been too late to be told of.
        Assert.Empty(committed.Except(calls, StringComparer.Ordinal));
        Assert.InRange(calls.Count, committed.Count, committed.Count + 1);
        Assert.Equal(calls.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
        Assert.Equal(calls.Count, owed);
        committed.AddRange(calls.Except(committed, StringComparer.Ordinal).ToList());
    }
}
