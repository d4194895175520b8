using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Sending;

namespace Outbox.Tests.Deliveries;

public sealed class DeliveryPolicyTests
{
    [Theory]
    [InlineData("ttma", 204, DeliveryStatus.Delivered)]
    [InlineData("talkifai", 200, DeliveryStatus.Delivered)]
    [InlineData("talkifai", 204, DeliveryStatus.Waiting)]
    [InlineData("ttma", 302, DeliveryStatus.Waiting)]
    [InlineData("ttma", 400, DeliveryStatus.Waiting)]
    [InlineData("ttma", 500, DeliveryStatus.Waiting)]
    [InlineData("ttma", 410, DeliveryStatus.Parked)]
    [InlineData("standard", 410, DeliveryStatus.Parked)]
    [InlineData("topcalls", 410, DeliveryStatus.Waiting)]
    public void The_status_line_decides_as_the_profile_says(string profile, int status, DeliveryStatus expected) =>
        Assert.Equal(expected, Decide(Named(profile), 0, new WebhookResponse { StatusCode = status }).Status);

    [Fact]
    public void No_answer_is_a_failed_try() =>
        Assert.Equal(DeliveryStatus.Waiting, Decide(WebhookProfile.Ttma, 0, new WebhookResponse { ErrorCode = "timeout" }).Status);

    [Fact]
    public void Each_profile_is_tried_as_often_as_its_schedule_says_and_then_exhausted()
    {
        foreach (var profile in WebhookProfile.BuiltIn)
        {
            var tries = 0;
            while (Decide(profile, tries++, new WebhookResponse { StatusCode = 500 }).Status == DeliveryStatus.Waiting)
            {
            }

            Assert.Equal(profile.Retries.Delays.Count + 1, tries);
        }
    }

    [Fact]
    public void The_wait_is_the_schedule_with_its_jitter()
    {
        var shortest = DeliveryPolicy.Decide(0, Failed(), WebhookProfile.Ttma, jitter: 0).DueIn!.Value;
        var longest = DeliveryPolicy.Decide(0, Failed(), WebhookProfile.Ttma, jitter: 1).DueIn!.Value;

        Assert.Equal(54, shortest.TotalSeconds, precision: 3);
        Assert.Equal(66, longest.TotalSeconds, precision: 3);
    }

    [Fact]
    public void Retry_After_is_honoured_up_to_a_day()
    {
        Assert.Equal(TimeSpan.FromMinutes(10), RetryAfter(TimeSpan.FromMinutes(10)));
        Assert.Equal(TimeSpan.FromHours(24), RetryAfter(TimeSpan.FromDays(400)));
        Assert.Equal(TimeSpan.FromMinutes(1), RetryAfter(TimeSpan.Zero));

        static TimeSpan? RetryAfter(TimeSpan asked) =>
            Decide(WebhookProfile.Ttma, 0, new WebhookResponse { StatusCode = 429, RetryAfter = asked }).DueIn;
    }

    [Fact]
    public void What_was_not_attempted_spends_no_try()
    {
        var transition = DeliveryPolicy.Decide(
            100, new DeliveryOutcome.NotAttempted("the host stopped", TimeSpan.Zero), WebhookProfile.Ttma, jitter: 0.5);

        Assert.Equal(DeliveryStatus.Waiting, transition.Status);
        Assert.False(transition.CountsAttempt);
    }

    [Fact]
    public void Gone_disables_the_endpoint_with_its_reason()
    {
        var transition = Decide(WebhookProfile.Ttma, 0, new WebhookResponse { StatusCode = 410 });

        Assert.True(transition.DisablesEndpoint);
        Assert.Equal("gone", transition.Reason);
    }

    private static DeliveryTransition Decide(WebhookProfile profile, int failedTries, WebhookResponse response) =>
        DeliveryPolicy.Decide(failedTries, new DeliveryOutcome.Attempted(response), profile, jitter: 0.5);

    private static DeliveryOutcome.Attempted Failed() => new(new WebhookResponse { StatusCode = 500 });

    private static WebhookProfile Named(string name) => WebhookProfile.BuiltIn.Single(profile => string.Equals(profile.Name, name, StringComparison.Ordinal));
}
