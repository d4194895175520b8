using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Sending;
using Outbox.Storage;

namespace Outbox.Tests.Endpoints;

public sealed class EndpointBreakerTests
{
    private readonly WebhookBreakerOptions _options = new();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public void An_answer_that_says_the_receiver_is_not_well_counts_towards_a_block(int status)
    {
        var effect = Judge(Well, new() { StatusCode = status });

        Assert.True(effect.CountsFailure);
        Assert.Equal((10, TimeSpan.FromSeconds(10)), (effect.BlockFrom, effect.BlockFor));
    }

    [Theory]
    [InlineData(SendErrorCodes.Timeout)]
    [InlineData(SendErrorCodes.ConnectTimeout)]
    [InlineData(SendErrorCodes.Connect)]
    [InlineData(SendErrorCodes.Dns)]
    [InlineData(SendErrorCodes.Tls)]
    [InlineData(SendErrorCodes.Reset)]
    [InlineData(SendErrorCodes.Protocol)]
    [InlineData(SendErrorCodes.RefusedAddress)]
    public void No_answer_counts_towards_a_block(string error) => Assert.NotNull(Judge(Well, new() { ErrorCode = error }).BlockFor);

    [Theory]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(422)]
    public void A_refusal_is_a_failure_that_blocks_nothing(int status) =>
        Assert.Equal(EndpointEffect.Refused, Judge(Well, new() { StatusCode = status }));

    [Theory]
    [InlineData(SendErrorCodes.InvalidHeader)]
    [InlineData(SendErrorCodes.Pipeline)]
    [InlineData(SendErrorCodes.Unexpected)]
    [InlineData(SendErrorCodes.Internal)]
    public void What_the_host_or_the_outbox_broke_says_nothing_about_the_endpoint(string error) =>
        Assert.Equal(EndpointEffect.None, Judge(Well, new() { ErrorCode = error }));

    [Fact]
    public void What_was_not_attempted_says_nothing_about_the_endpoint() =>
        Assert.Equal(
            EndpointEffect.None,
            EndpointBreaker.Judge(Failing(12, minutes: 5), new DeliveryOutcome.NotAttempted("the host stopped", TimeSpan.Zero), accepted: false, _options, 0.5));

    [Fact]
    public void A_success_ends_the_block_only_of_an_endpoint_that_was_known_to_fail()
    {
        Assert.Equal(EndpointEffect.Succeeded, Judge(Well, new() { StatusCode = 200 }, accepted: true));
        Assert.Equal(EndpointEffect.Recovered, Judge(Failing(1, minutes: 1), new() { StatusCode = 200 }, accepted: true));
    }

    [Fact]
    public void Each_block_is_about_twice_the_one_before_up_to_the_longest()
    {
        var blocks = new List<double>();
        for (var failing = TimeSpan.Zero; blocks.Count < 9;)
        {
            var block = Judge(Well with { FailuresInARow = 10, FailingFor = failing }, new() { StatusCode = 500 }).BlockFor!.Value;
            blocks.Add(block.TotalSeconds);
            failing += block;
        }

        Assert.Equal([10, 10, 20, 40, 80, 160, 320, 600, 600], blocks);
    }

    [Fact]
    public void The_time_that_the_failed_try_took_is_time_in_which_the_endpoint_failed() =>
        Assert.Equal(
            TimeSpan.FromSeconds(75),
            Judge(Failing(10, minutes: 1), new() { ErrorCode = SendErrorCodes.Timeout, Duration = TimeSpan.FromSeconds(15) }).BlockFor);

    [Fact]
    public void Blocks_are_jittered_by_a_tenth()
    {
        Assert.Equal(9, Judge(Well, new() { StatusCode = 500 }, jitter: 0).BlockFor!.Value.TotalSeconds, precision: 3);
        Assert.Equal(11, Judge(Well, new() { StatusCode = 500 }, jitter: 1).BlockFor!.Value.TotalSeconds, precision: 3);
    }

    [Fact]
    public void Retry_After_lengthens_a_block_up_to_the_longest()
    {
        Assert.Equal(TimeSpan.FromMinutes(2), RetryAfter(TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromMinutes(10), RetryAfter(TimeSpan.FromHours(2)));
        Assert.Equal(TimeSpan.FromSeconds(10), RetryAfter(TimeSpan.Zero));

        TimeSpan? RetryAfter(TimeSpan asked) => Judge(Well, new() { StatusCode = 429, RetryAfter = asked }).BlockFor;
    }

    [Fact]
    public void Retry_After_never_shortens_a_block() =>
        Assert.Equal(
            TimeSpan.FromMinutes(5),
            Judge(Failing(20, minutes: 5), new() { StatusCode = 503, RetryAfter = TimeSpan.FromMinutes(1) }).BlockFor);

    [Fact]
    public void Without_a_limit_nothing_is_blocked_and_failures_are_still_counted()
    {
        _options.FailuresToBlock = null;

        Assert.Equal(EndpointEffect.Refused, Judge(Failing(500, minutes: 60), new() { StatusCode = 500 }));
    }

    [Theory]
    [InlineData(9, 5 * 24, true)]
    [InlineData(8, 5 * 24, false)]
    [InlineData(500, (5 * 24) - 1, false)]
    public void An_endpoint_is_given_up_after_days_and_no_fewer_than_ten_tries(int failuresBefore, int hours, bool expected)
    {
        var endpoint = Failing(failuresBefore, hours * 60);

        Assert.Equal(expected, EndpointBreaker.GivesUp(endpoint, EndpointEffect.Refused, _options));
        Assert.False(EndpointBreaker.GivesUp(endpoint, EndpointEffect.Recovered, _options));
        Assert.False(EndpointBreaker.GivesUp(endpoint, EndpointEffect.Refused, new WebhookBreakerOptions { DisableAfter = null }));
    }

    private static readonly ClaimedEndpoint Well = Some.Delivery.Endpoint;

    private static ClaimedEndpoint Failing(int failures, double minutes) =>
        Well with { FailuresInARow = failures, FailingFor = TimeSpan.FromMinutes(minutes) };

    private EndpointEffect Judge(ClaimedEndpoint endpoint, WebhookResponse response, bool accepted = false, double jitter = 0.5) =>
        EndpointBreaker.Judge(endpoint, new DeliveryOutcome.Attempted(response), accepted, _options, jitter);
}
