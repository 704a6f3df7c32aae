"""The arXiv categories that machine learning is announced in, by their names.

Source: https://arxiv.org/category_taxonomy
"""

MACHINE_LEARNING = {
    "cs.LG": "Machine learning",
    "cs.CL": "Computation and language",
    "cs.CV": "Computer vision and pattern recognition",
    "stat.ML": "Machine learning (statistics)",
    "cs.AI": "Artificial intelligence",
    "cs.NE": "Neural and evolutionary computing",
    "cs.RO": "Robotics",
    "cs.IR": "Information retrieval",
    "cs.DC": "Distributed, parallel and cluster computing",
    "cs.AR": "Hardware architecture",
    "cs.PF": "Performance",
    "cs.PL": "Programming languages",
    "cs.SE": "Software engineering",
    "cs.DB": "Databases",
    "cs.CR": "Cryptography and security",
    "cs.HC": "Human-computer interaction",
    "cs.CY": "Computers and society",
    "cs.MA": "Multiagent systems",
    "cs.MM": "Multimedia",
    "cs.SD": "Sound",
    "cs.GR": "Graphics",
    "eess.AS": "Audio and speech processing",
    "eess.IV": "Image and video processing",
    "eess.SP": "Signal processing",
    "math.OC": "Optimization and control",
    "math.ST": "Statistics theory",
    "stat.ME": "Methodology (statistics)",
    "stat.CO": "Computation (statistics)",
    "q-bio.QM": "Quantitative methods (biology)",
    "quant-ph": "Quantum physics",
}
