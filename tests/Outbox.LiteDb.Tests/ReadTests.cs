using Outbox.Deliveries;

namespace Outbox.LiteDb.Tests;

/// <summary>Whoever reads sees one state of the file, waits for no writer, and keeps none waiting.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private readonly Platform _platform = Platform.Build();

    public Task InitializeAsync() => _platform.Outbox.Endpoints.PutAsync(Some.Endpoint());

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public void What_is_committed_while_it_reads_does_not_show()
    {
        using var folder = new Folder();
        using var file = folder.Open();
        file.Database.GetCollection("calls").Insert(Platform.Call("call_1"));

        var (before, after) = file.Read(session =>
        {
            var first = session.All("calls", "$._id != @0", "").Count;
            RunOnAnotherThread(() => file.Database.GetCollection("calls").Insert(Platform.Call("call_2")));
            return (first, session.All("calls", "$._id != @0", "").Count);
        });

        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, file.Database.GetCollection("calls").Count());
    }

    [Fact]
    public async Task Reads_go_on_inside_of_a_transaction_and_inside_of_a_loop_over_the_hosts_own_documents()
    {
        _platform.Calls.Insert([Platform.Call("call_1"), Platform.Call("call_2")]);
        var seen = new List<Task<DeliveryPage>>();

        foreach (var call in _platform.Calls.FindAll())
        {
            seen.Add(_platform.Outbox.Deliveries.ListAsync(new DeliveryFilter { Subject = call["_id"] }));
        }

        _platform.Outbox.Transact(_platform.Database, t =>
        {
            t.Enqueue(Some.Event());
            foreach (var call in _platform.Calls.FindAll())
            {
                seen.Add(_platform.Outbox.Deliveries.ListAsync(new DeliveryFilter { Subject = call["_id"] }));
            }
        });

        var pages = await Task.WhenAll(seen);
        Assert.Equal([0, 0, 1, 0], pages.Select(page => page.Deliveries.Count));
    }

    private static void RunOnAnotherThread(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }
}
