using LiteDB;

namespace Outbox.LiteDb.Tests;

/// <summary>What the documentation shows of LiteDB, run as it stands there.</summary>
public sealed class DocumentedCode
{
    [Fact]
    public async Task The_example_stores_the_call_and_its_event()
    {
        await using var platform = Platform.Build();
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());
        platform.Database.GetCollection<Call>("calls").Insert(new Call { Id = "call_1", From = "+16473705600" });

        var result = EndCall(platform.Outbox, platform.Database, new Call { Id = "call_1", From = "+16473705600", Status = "ended" });

        Assert.Equal(result.DeliveryIds, (await platform.DeliveriesAsync()).Select(delivery => delivery.Id));
        Assert.Equal("ended", platform.Database.GetCollection<Call>("calls").FindById("call_1").Status);
    }

    private static EnqueueResult EndCall(IWebhookOutbox outbox, ILiteDatabase db, Call call)
    {
        var result = outbox.Transact(db, t =>
        {
            db.GetCollection<Call>("calls").Update(call);
            return t.Enqueue(new WebhookEvent("call.ended", call) { Subject = call.Id, Scopes = [call.From] });
        }); // both, or neither; the POST follows within milliseconds
        return result;
    }

    private sealed class Call
    {
        public string Id { get; set; } = "";

        public string From { get; set; } = "";

        public string Status { get; set; } = "in-progress";
    }
}
