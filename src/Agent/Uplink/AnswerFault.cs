using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>The closed table from an answer that is no acknowledgement to words for people.</summary>
public static class AnswerFault
{
    /// <summary>What an answer means for whoever looks after this host.</summary>
    public static UplinkFault Of(PlatformAnswer answer) => answer switch
    {
        { Status: 401, Slug: ProblemSlug.TimestampOutsideWindow } => UplinkFault.Waiting("clock-off",
            "The platform says that this host's clock is wrong, and its own time did not help",
            "Set the clock right, e.g. with timedatectl set-ntp true"),
        { Status: 401 } => UplinkFault.Waiting("credentials-rejected",
            "The platform rejects this agent's token: it was replaced or revoked, the server was deleted, or it belongs to another "
                + "platform",
            "Make a new token for the server and run hostatlas-agent enroll with it"),
        { Status: 403, Slug: ProblemSlug.PlanLimitReached } => UplinkFault.Waiting("plan-limit-reached",
            Worded("The team's plan does not take this server's reports", answer),
                "Remove a server or change the plan"),
        { Status: 403 } => UplinkFault.Waiting(answer.Slug ?? "not-permitted", Worded("The platform does not permit it", answer),
            "Ask the team's admin"),
        { Status: 409, Slug: ProblemSlug.RequestReplayed } => new("request-replayed",
            "The platform has seen this signature already, so an answer was lost", "It is signed anew; nothing to do"),
        { Status: 429 } => new("rate-limited", "The platform asks this agent to send less often", "It waits as asked; nothing to do"),
        { Status: 503 } => new("engine-busy", "The platform is busy", "It waits as asked; nothing to do unless it lasts"),
        { Status: >= 300 and < 400 } => new("redirected", "Redirects are not followed, because a signed request is meant for one address",
            "Put the platform's own address into url"),
        { Status: 404 or 405 } => new("not-the-platform", $"The address answers, but not like a HostAtlas platform ({answer.Status})",
            "Check url in the configuration, and what stands between"),
        _ => UplinkFault.Waiting("unexpected-answer", Worded($"The platform answered {answer.Status}", answer),
            "Look into the platform's log"),
    };

    private static string Worded(string text, PlatformAnswer answer) =>
        answer.Detail.Length == 0 ? text : $"{text}: {answer.Detail.TrimEnd('.')}";
}
