using System.Net;

namespace MinimalApiHost.Tests;

public sealed class DeliveryTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Fact]
    public async Task A_delivery_shows_its_data_and_each_attempt()
    {
        platform.Receiver.Answer("/attempts", context =>
        {
            context.Response.StatusCode = 503;
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "come back later");
        });
        var id = await SendAsync("attempts");

        var delivery = (await Eventually.HasAsync(() => platform.Api.GetAsync($"/v1/deliveries/{id}"), answer => (int?)answer["attemptCount"] == 1)).Json;

        Assert.Equal("waiting", (string?)delivery["status"]);
        Assert.Equal("attempts", (string?)delivery["data"]!["name"]);
        var attempt = delivery["attempts"]!.AsArray().Single()!;
        Assert.Equal(503, (int?)attempt["statusCode"]);
        Assert.Equal("come back later", (string?)attempt["response"]);
        Assert.InRange(attempt["nextAttemptAt"]!.GetValue<DateTimeOffset>() - attempt["startedAt"]!.GetValue<DateTimeOffset>(), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_replay_sends_the_same_bytes_under_the_same_id()
    {
        var id = await SendAsync("replayed");
        await platform.Api.DeliveryAsync(id, "delivered");

        var replay = await platform.Api.PostAsync($"/v1/deliveries/{id}/replay");

        Assert.Equal(HttpStatusCode.Accepted, replay.Status);
        var received = await platform.Receiver.ArrivedAsync("/replayed", 2);
        Assert.Equal(received[0].Text, received[1].Text);
        Assert.Equal(received[0].Headers["webhook-id"], received[1].Headers["webhook-id"]);
    }

    [Fact]
    public async Task What_is_still_on_its_way_cannot_be_replayed_and_what_is_not_there_neither()
    {
        platform.Receiver.Answer("/moving", 500);
        var id = await SendAsync("moving");

        (await platform.Api.PostAsync($"/v1/deliveries/{id}/replay")).IsProblem(HttpStatusCode.Conflict, "can be replayed");
        (await platform.Api.PostAsync("/v1/deliveries/dlv_none/replay")).IsProblem(HttpStatusCode.NotFound, "dlv_none");
        (await platform.Api.GetAsync("/v1/deliveries/dlv_none")).IsProblem(HttpStatusCode.NotFound, "dlv_none");
    }

    [Fact]
    public async Task The_list_is_filtered_by_subject_status_and_endpoint_and_goes_on_from_its_cursor()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await SendAsync("listed"));
            await platform.Api.DeliveryAsync(ids[i], "delivered");
        }

        var first = await platform.Api.GetAsync("/v1/deliveries?subject=call_listed&status=delivered&limit=2");
        var second = await platform.Api.GetAsync($"/v1/deliveries?subject=call_listed&status=delivered&limit=2&cursor={first["nextCursor"]}");

        Assert.Equal([ids[2], ids[1]], IdsOf(first));
        Assert.Equal([ids[0]], IdsOf(second));
        Assert.Null(second["nextCursor"]);
        Assert.Empty(IdsOf(await platform.Api.GetAsync("/v1/deliveries?subject=call_listed&status=exhausted")));
        var endpoint = (string?)first["deliveries"]![0]!["endpointId"];
        Assert.Single(IdsOf(await platform.Api.GetAsync($"/v1/deliveries?endpoint={endpoint}")));
    }

    [Theory]
    [InlineData("status=waitin", "status", "waiting, delivering, delivered, exhausted, parked, cancelled")]
    [InlineData("limit=0", "limit", "1 to 500")]
    [InlineData("limit=abc", "limit", "'abc' is not a whole number")]
    [InlineData("cursor=x", "cursor", "not a cursor")]
    public async Task A_question_that_cannot_be_answered_is_refused(string query, string field, string detail)
    {
        (await platform.Api.GetAsync($"/v1/deliveries?{query}")).IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
    }

    private static IEnumerable<string?> IdsOf(Answer answer) => answer["deliveries"]!.AsArray().Select(delivery => (string?)delivery!["id"]);

    private async Task<string> SendAsync(string name)
    {
        var scope = $"campaign:{name}-{platform.NewNumber()}";
        await platform.Api.PostAsync("/v1/webhook-endpoints", new { scope, url = platform.Receiver.Url($"/{name}"), profile = "standard" });
        var accepted = await platform.Api.PostAsync("/v1/events", new { type = "voicemail.left", subject = $"call_{name}", scopes = new[] { scope }, data = new { name } });
        return accepted.Texts("deliveryIds").Single();
    }
}
